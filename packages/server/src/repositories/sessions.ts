import { sql } from "kysely";
import { z } from "zod";
import { epochMs, optionalEpochMs, safeInteger } from "./column-values.ts";
import type { AuthDatabase, AuthTransaction } from "./tables.ts";

/** The cached part of a session: what a check needs. */
export const sessionRecordSchema = z.strictObject({
  id: z.string(),
  userId: z.string(),
  expiresAt: z.int(),
  revokedAt: z.int().nullable(),
  authenticatedAt: z.int(),
});

/** A session, as the cache has it. Times are milliseconds since 1970. */
export type SessionRecord = z.infer<typeof sessionRecordSchema>;

/** Most sessions that one listing returns. */
const listMax = 100;
/** Most sessions that are looked at to end them; a user has a few more than 100 for a moment. */
export const endMax = 1000;

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
  readonly address: string | null;
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
      address: session.address,
      created_at: new Date(session.createdAtMs),
      last_used_at: new Date(session.createdAtMs),
      authenticated_at: new Date(session.createdAtMs),
      expires_at: new Date(session.expiresAtMs),
    })
    .execute();
}

/** What a user signs in with: known is an address with a program that they came with before. */
export type Device = "first" | "known" | "new";

/**
 * Looks for a device in the sessions of a user that are still kept; the first is the one of a user
 * without any.
 */
export async function recogniseDevice(
  transaction: AuthTransaction,
  userId: string,
  device: { readonly address: string | null; readonly userAgent: string | null },
): Promise<Device> {
  const row = await transaction
    .selectFrom("portcullis.session")
    .select((eb) =>
      eb.fn
        .agg<boolean | null>("bool_or", [
          eb.and([
            eb("address", "is not distinct from", device.address),
            eb("user_agent", "is not distinct from", device.userAgent),
          ]),
        ])
        .as("is_known"),
    )
    .where("user_id", "=", userId)
    .executeTakeFirstOrThrow();
  if (row.is_known === null) return "first";
  return row.is_known ? "known" : "new";
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

/** Ends a session that has not ended. Says whether it did. */
export async function revokeOpenSession(
  transaction: AuthTransaction,
  sessionId: string,
  nowMs: number,
): Promise<boolean> {
  const { numUpdatedRows } = await transaction
    .updateTable("portcullis.session")
    .set({ revoked_at: new Date(nowMs) })
    .where("id", "=", sessionId)
    .where("revoked_at", "is", null)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

/** Ends sessions; one that has ended keeps its first time. */
export async function revokeSessions(
  transaction: AuthTransaction,
  sessionIds: readonly string[],
  nowMs: number,
): Promise<void> {
  await transaction
    .updateTable("portcullis.session")
    .set({ revoked_at: sql<Date>`coalesce(revoked_at, ${new Date(nowMs)})` })
    .where("id", "in", sessionIds)
    .execute();
}

/** What decides, besides its user, whether a session is live. */
export interface SessionLife {
  readonly tokenVersion: number;
  readonly tokenEpoch: number;
  readonly expiresAt: number;
  readonly revokedAt: number | null;
}

/** A session as it is now, held against change until the transaction ends. */
export async function holdSession(
  transaction: AuthTransaction,
  sessionId: string,
): Promise<SessionLife | undefined> {
  const row = await transaction
    .selectFrom("portcullis.session")
    .select(["token_version", "token_epoch", "expires_at", "revoked_at"])
    .where("id", "=", sessionId)
    .forShare()
    .executeTakeFirst();
  return (
    row && {
      tokenVersion: safeInteger(row.token_version),
      tokenEpoch: safeInteger(row.token_epoch),
      expiresAt: epochMs(row.expires_at),
      revokedAt: optionalEpochMs(row.revoked_at),
    }
  );
}

/** Notes that a session is in use. No check depends on it, so it needs no cache. */
export async function touchSession(
  transaction: AuthTransaction,
  sessionId: string,
  nowMs: number,
): Promise<void> {
  await transaction
    .updateTable("portcullis.session")
    .set({ last_used_at: new Date(nowMs) })
    .where("id", "=", sessionId)
    .execute();
}

export interface ListedSession {
  readonly id: string;
  readonly userAgent: string | null;
  readonly address: string | null;
  readonly createdAt: number;
  readonly lastUsedAt: number;
  readonly expiresAt: number;
}

/**
 * The sessions of a user that a token could still come from, newest first, at most `limit`. One that was
 * not refreshed in time is over, though its row has an end further on.
 */
export async function listLiveSessions(
  database: AuthDatabase,
  userId: string,
  nowMs: number,
  limit: number = listMax,
): Promise<ListedSession[]> {
  const rows = await database
    .selectFrom("portcullis.session as session")
    .innerJoin("portcullis.user as user", (join) =>
      join
        .onRef("user.id", "=", "session.user_id")
        .onRef("user.token_version", "=", "session.token_version"),
    )
    .innerJoin("portcullis.realm as realm", "realm.token_epoch", "session.token_epoch")
    .select([
      "session.id",
      "session.user_agent",
      "session.address",
      "session.created_at",
      "session.last_used_at",
      "session.expires_at",
    ])
    .where("session.user_id", "=", userId)
    .where("session.revoked_at", "is", null)
    .where("session.expires_at", ">", new Date(nowMs))
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom("portcullis.refresh_token as token")
          .select("token.id")
          .whereRef("token.session_id", "=", "session.id")
          .where("token.rotated_at", "is", null)
          .where("token.expires_at", ">", new Date(nowMs)),
      ),
    )
    .orderBy("session.created_at", "desc")
    .orderBy("session.id")
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    userAgent: row.user_agent,
    address: row.address,
    createdAt: epochMs(row.created_at),
    lastUsedAt: epochMs(row.last_used_at),
    expiresAt: epochMs(row.expires_at),
  }));
}
