import { sql } from "kysely";
import { z } from "zod";
import { epochMs, optionalEpochMs } from "./column-values.ts";
import type { AuthDatabase, AuthTransaction } from "./tables.ts";

/** The cached part of a session: what a check needs. */
export const sessionRecordSchema = z.strictObject({
  id: z.string(),
  userId: z.string(),
  expiresAt: z.int(),
  revokedAt: z.int().nullable(),
  authenticatedAt: z.int(),
});

export type SessionRecord = z.infer<typeof sessionRecordSchema>;

/** Most sessions that one listing returns. */
const listMax = 100;

export async function loadSession(
  database: AuthDatabase,
  id: string,
): Promise<SessionRecord | undefined> {
  const row = await database
    .selectFrom("portcullis.session")
    .select(["id", "user_id", "expires_at", "revoked_at", "authenticated_at"])
    .where("id", "=", id)
    .executeTakeFirst();
  return (
    row && {
      id: row.id,
      userId: row.user_id,
      expiresAt: epochMs(row.expires_at),
      revokedAt: optionalEpochMs(row.revoked_at),
      authenticatedAt: epochMs(row.authenticated_at),
    }
  );
}

export interface NewSession {
  readonly id: string;
  readonly userId: string;
  readonly tokenVersion: number;
  readonly tokenEpoch: number;
  readonly userAgent: string | null;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

export async function insertSession(
  transaction: AuthTransaction,
  session: NewSession,
): Promise<void> {
  await transaction
    .insertInto("portcullis.session")
    .values({
      id: session.id,
      user_id: session.userId,
      token_version: session.tokenVersion,
      token_epoch: session.tokenEpoch,
      user_agent: session.userAgent,
      created_at: new Date(session.createdAtMs),
      authenticated_at: new Date(session.createdAtMs),
      expires_at: new Date(session.expiresAtMs),
    })
    .execute();
}

/** Whose session it is. That never changes, so it needs no lock and no cache. */
export async function findSessionOwner(
  database: AuthDatabase,
  sessionId: string,
): Promise<string | undefined> {
  const row = await database
    .selectFrom("portcullis.session")
    .select("user_id")
    .where("id", "=", sessionId)
    .executeTakeFirst();
  return row?.user_id;
}

/** Ends a session; one that has ended keeps its first time. */
export async function revokeSession(
  transaction: AuthTransaction,
  sessionId: string,
  nowMs: number,
): Promise<void> {
  await transaction
    .updateTable("portcullis.session")
    .set({ revoked_at: sql<Date>`coalesce(revoked_at, ${new Date(nowMs)})` })
    .where("id", "=", sessionId)
    .execute();
}

export interface ListedSession {
  readonly id: string;
  readonly userAgent: string | null;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** The sessions of a user that a token could still come from, newest first, at most 100. */
export async function listLiveSessions(
  database: AuthDatabase,
  userId: string,
  nowMs: number,
): Promise<ListedSession[]> {
  const rows = await database
    .selectFrom("portcullis.session as session")
    .innerJoin("portcullis.user as user", (join) =>
      join
        .onRef("user.id", "=", "session.user_id")
        .onRef("user.token_version", "=", "session.token_version"),
    )
    .innerJoin("portcullis.realm as realm", "realm.token_epoch", "session.token_epoch")
    .select(["session.id", "session.user_agent", "session.created_at", "session.expires_at"])
    .where("session.user_id", "=", userId)
    .where("session.revoked_at", "is", null)
    .where("session.expires_at", ">", new Date(nowMs))
    .orderBy("session.created_at", "desc")
    .orderBy("session.id")
    .limit(listMax)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    userAgent: row.user_agent,
    createdAt: epochMs(row.created_at),
    expiresAt: epochMs(row.expires_at),
  }));
}
