import { sql } from "kysely";
import { z } from "zod";
import { optionalEpochMs, safeInteger } from "./column-values.ts";
import type { AuthDatabase, AuthTransaction } from "./tables.ts";

/** The cached part of a user: what a check or `me` needs, and never the password hash. */
export const userRecordSchema = z.strictObject({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  role: z.string(),
  tokenVersion: z.int().min(1),
  bannedAt: z.int().nullable(),
  /** The end of the ban; null where it has none, or there is no ban. */
  banExpiresAt: z.int().nullable(),
  emailVerifiedAt: z.int().nullable(),
});

/**
 * A user, as the cache has it. Times are milliseconds since 1970; `tokenVersion` is what the access
 * tokens of the user must carry, and grows by one with each log-out everywhere.
 */
export type UserRecord = z.infer<typeof userRecordSchema>;

/** Whether there is a user, and one who has shown to read their mail. */
export function isVerified(user: UserRecord | undefined): boolean {
  return user !== undefined && user.emailVerifiedAt !== null;
}

export const userRecordColumns = [
  "id",
  "email",
  "name",
  "role",
  "token_version",
  "banned_at",
  "ban_expires_at",
  "email_verified_at",
] as const;

export async function loadUser(
  database: AuthDatabase,
  id: string,
): Promise<UserRecord | undefined> {
  const row = await database
    .selectFrom("portcullis.user")
    .select(userRecordColumns)
    .where("id", "=", id)
    .executeTakeFirst();
  return row && toUserRecord(row);
}

/** A user with what only the database may show. */
export interface UserWithHash extends UserRecord {
  readonly passwordHash: string;
}

/**
 * The user as it is now, held against change until the transaction ends, so that what is built on
 * its token version is not outdated at birth.
 *
 * @param purpose `"change"` when the transaction will change the user: two of them that only shared
 * the row would wait for each other.
 */
export async function holdUser(
  transaction: AuthTransaction,
  userId: string,
  purpose: "read" | "change" = "read",
): Promise<UserWithHash | undefined> {
  const row = await transaction
    .selectFrom("portcullis.user")
    .select([...userRecordColumns, "password_hash"])
    .where("id", "=", userId)
    .$if(purpose === "read", (query) => query.forShare())
    .$if(purpose === "change", (query) => query.forNoKeyUpdate())
    .executeTakeFirst();
  return row && { ...toUserRecord(row), passwordHash: row.password_hash };
}

/** The user whose password is to be compared. */
export async function findCredentials(
  database: AuthDatabase,
  email: string,
): Promise<UserWithHash | undefined> {
  const row = await database
    .selectFrom("portcullis.user")
    .select([...userRecordColumns, "password_hash"])
    .where("email", "=", email)
    .executeTakeFirst();
  return row && { ...toUserRecord(row), passwordHash: row.password_hash };
}

export async function findUserByEmail(
  database: AuthDatabase,
  email: string,
): Promise<UserRecord | undefined> {
  const row = await database
    .selectFrom("portcullis.user")
    .select(userRecordColumns)
    .where("email", "=", email)
    .executeTakeFirst();
  return row && toUserRecord(row);
}

/** Whether anybody besides a user has a role and is not banned now. */
export async function isRoleOfAnother(
  transaction: AuthTransaction,
  role: string,
  userId: string,
  nowMs: number,
): Promise<boolean> {
  const row = await transaction
    .selectFrom("portcullis.user")
    .select("id")
    .where("role", "=", role)
    .where("id", "!=", userId)
    .where((eb) =>
      eb.or([eb("banned_at", "is", null), eb("ban_expires_at", "<=", new Date(nowMs))]),
    )
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export interface NewUser {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: string;
  readonly passwordHash: string;
  readonly emailVerifiedAtMs: number | null;
  readonly createdAtMs: number;
}

/** @returns whether it was inserted; not, when another user has the email. */
export async function insertUser(database: AuthDatabase, user: NewUser): Promise<boolean> {
  const row = await database
    .insertInto("portcullis.user")
    .values(toRow(user))
    .onConflict((conflict) => conflict.column("email").doNothing())
    .returning("id")
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Inserts a user, or touches the one who has the email without changing it: either way one row is
 * written and one commit paid, so that the time tells nothing.
 *
 * @returns the id of the user who has the email now: `user.id` if it is the new one.
 */
export async function insertUserOrTouch(database: AuthDatabase, user: NewUser): Promise<string> {
  const row = await database
    .insertInto("portcullis.user")
    .values(toRow(user))
    .onConflict((conflict) =>
      conflict.column("email").doUpdateSet({ email: (eb) => eb.ref("excluded.email") }),
    )
    .returning("id")
    .executeTakeFirstOrThrow();
  return row.id;
}

function toRow(user: NewUser) {
  return {
    id: user.id,
    email: user.email,
    name: user.name,
    role: user.role,
    password_hash: user.passwordHash,
    email_verified_at: user.emailVerifiedAtMs === null ? null : new Date(user.emailVerifiedAtMs),
    created_at: new Date(user.createdAtMs),
  };
}

export interface Ban {
  readonly bannedAtMs: number;
  /** For the audit log and admins. */
  readonly reason: string;
  /** `null` when it has no end. */
  readonly expiresAtMs: number | null;
}

/** What may be changed of a user; what is left out stays. Cached, but for the password's hash. */
export interface UserChange {
  readonly name?: string;
  readonly role?: string;
  /** `null` ends it. */
  readonly ban?: Ban | null;
  readonly email?: string;
  readonly emailVerifiedAtMs?: number;
  readonly passwordHash?: string;
  /** Ends all tokens and sessions of the user. */
  readonly raiseTokenVersion?: true;
}

/** @returns the user after the change; `undefined` when there is none. */
export async function changeUser(
  transaction: AuthTransaction,
  userId: string,
  change: UserChange,
): Promise<UserRecord | undefined> {
  const row = await transaction
    .updateTable("portcullis.user")
    .set({
      ...(change.name !== undefined && { name: change.name }),
      ...(change.role !== undefined && { role: change.role }),
      ...(change.ban !== undefined && toBanColumns(change.ban)),
      ...(change.email !== undefined && { email: change.email }),
      ...(change.emailVerifiedAtMs !== undefined && {
        email_verified_at: new Date(change.emailVerifiedAtMs),
      }),
      ...(change.passwordHash !== undefined && { password_hash: change.passwordHash }),
      ...(change.raiseTokenVersion && { token_version: sql<number>`token_version + 1` }),
    })
    .where("id", "=", userId)
    .returning(userRecordColumns)
    .executeTakeFirst();
  return row && toUserRecord(row);
}

function toBanColumns(ban: Ban | null) {
  return {
    banned_at: ban === null ? null : new Date(ban.bannedAtMs),
    ban_reason: ban === null ? null : ban.reason,
    ban_expires_at: ban === null || ban.expiresAtMs === null ? null : new Date(ban.expiresAtMs),
  };
}

/** Of a hash that was computed anew under higher costs; not, if the password was changed meanwhile. */
export async function replacePasswordHash(
  database: AuthDatabase,
  userId: string,
  oldHash: string,
  newHash: string,
): Promise<void> {
  await database
    .updateTable("portcullis.user")
    .set({ password_hash: newHash })
    .where("id", "=", userId)
    .where("password_hash", "=", oldHash)
    .execute();
}

export async function deleteUser(transaction: AuthTransaction, userId: string): Promise<void> {
  await transaction.deleteFrom("portcullis.user").where("id", "=", userId).execute();
}

interface UserRow {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: string;
  readonly token_version: string | number | bigint;
  readonly banned_at: Date | string | number | null;
  readonly ban_expires_at: Date | string | number | null;
  readonly email_verified_at: Date | string | number | null;
}

export function toUserRecord(row: UserRow): UserRecord {
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    role: row.role,
    tokenVersion: safeInteger(row.token_version),
    bannedAt: optionalEpochMs(row.banned_at),
    banExpiresAt: optionalEpochMs(row.ban_expires_at),
    emailVerifiedAt: optionalEpochMs(row.email_verified_at),
  };
}
