import { epochMs, optionalEpochMs, safeInteger } from "./column-values.ts";
import type { SessionLife } from "./sessions.ts";
import type { AuthDatabase, AuthTransaction } from "./tables.ts";
import { toUserRecord } from "./users.ts";
import type { UserRecord } from "./users.ts";

export interface NewRefreshToken {
  readonly id: string;
  readonly sessionId: string;
  readonly secretHash: Uint8Array;
  readonly generation: number;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

export async function insertRefreshToken(
  transaction: AuthTransaction,
  token: NewRefreshToken,
): Promise<void> {
  await transaction
    .insertInto("portcullis.refresh_token")
    .values({
      id: token.id,
      session_id: token.sessionId,
      secret_hash: token.secretHash,
      generation: token.generation,
      created_at: new Date(token.createdAtMs),
      expires_at: new Date(token.expiresAtMs),
    })
    .execute();
}

/** A refresh token with all that decides whether it is good for a refresh. */
export interface RefreshTokenRecord {
  readonly id: string;
  readonly secretHash: Uint8Array;
  readonly generation: number;
  readonly expiresAt: number;
  readonly rotatedAt: number | null;
  readonly successor: {
    readonly id: string;
    readonly secretHash: Uint8Array;
    readonly expiresAt: number;
    readonly rotatedAt: number | null;
  } | null;
  readonly session: SessionLife & {
    readonly id: string;
    readonly authenticatedAt: number;
    readonly lastUsedAt: number;
    readonly userAgent: string | null;
    readonly address: string | null;
  };
  readonly user: UserRecord;
  readonly tokenEpoch: number;
}

/** One statement, so that all of it is of one moment. */
export async function findRefreshToken(
  database: AuthDatabase,
  id: string,
): Promise<RefreshTokenRecord | undefined> {
  const row = await database
    .selectFrom("portcullis.refresh_token as token")
    .innerJoin("portcullis.session as session", "session.id", "token.session_id")
    .innerJoin("portcullis.user as user", "user.id", "session.user_id")
    .crossJoin("portcullis.realm as realm")
    .leftJoin("portcullis.refresh_token as successor", "successor.id", "token.successor_id")
    .select([
      "token.id",
      "token.secret_hash",
      "token.generation",
      "token.expires_at",
      "token.rotated_at",
      "successor.id as successor_id",
      "successor.secret_hash as successor_secret_hash",
      "successor.expires_at as successor_expires_at",
      "successor.rotated_at as successor_rotated_at",
      "session.id as session_id",
      "session.token_version as session_token_version",
      "session.token_epoch as session_token_epoch",
      "session.expires_at as session_expires_at",
      "session.revoked_at as session_revoked_at",
      "session.authenticated_at as session_authenticated_at",
      "session.last_used_at as session_last_used_at",
      "session.user_agent as session_user_agent",
      "session.address as session_address",
      "user.id as user_id",
      "user.email",
      "user.name",
      "user.role",
      "user.token_version as user_token_version",
      "user.banned_at",
      "user.ban_expires_at",
      "user.email_verified_at",
      "realm.token_epoch",
    ])
    .where("token.id", "=", id)
    .executeTakeFirst();
  return (
    row && {
      id: row.id,
      secretHash: new Uint8Array(row.secret_hash),
      generation: row.generation,
      expiresAt: epochMs(row.expires_at),
      rotatedAt: optionalEpochMs(row.rotated_at),
      successor:
        row.successor_id === null ||
        row.successor_secret_hash === null ||
        row.successor_expires_at === null
          ? null
          : {
              id: row.successor_id,
              secretHash: new Uint8Array(row.successor_secret_hash),
              expiresAt: epochMs(row.successor_expires_at),
              rotatedAt: optionalEpochMs(row.successor_rotated_at),
            },
      session: {
        id: row.session_id,
        tokenVersion: safeInteger(row.session_token_version),
        tokenEpoch: safeInteger(row.session_token_epoch),
        expiresAt: epochMs(row.session_expires_at),
        revokedAt: optionalEpochMs(row.session_revoked_at),
        authenticatedAt: epochMs(row.session_authenticated_at),
        lastUsedAt: epochMs(row.session_last_used_at),
        userAgent: row.session_user_agent,
        address: row.session_address,
      },
      user: toUserRecord({ ...row, id: row.user_id, token_version: row.user_token_version }),
      tokenEpoch: safeInteger(row.token_epoch),
    }
  );
}

export interface Rotation {
  readonly id: string;
  readonly secretHash: Uint8Array;
  readonly successorId: string;
  readonly nowMs: number;
}

/**
 * Marks a token as used, if it is not yet: the one statement that decides between racing refreshes.
 *
 * @returns whether it was this call that did it.
 */
export async function rotateRefreshToken(
  transaction: AuthTransaction,
  rotation: Rotation,
): Promise<boolean> {
  const row = await transaction
    .updateTable("portcullis.refresh_token")
    .set({ rotated_at: new Date(rotation.nowMs), successor_id: rotation.successorId })
    .where("id", "=", rotation.id)
    .where("secret_hash", "=", rotation.secretHash)
    .where("rotated_at", "is", null)
    .returning("id")
    .executeTakeFirst();
  return row !== undefined;
}
