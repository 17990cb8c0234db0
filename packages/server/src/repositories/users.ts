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
  emailVerifiedAt: z.int().nullable(),
});

export type UserRecord = z.infer<typeof userRecordSchema>;

const recordColumns = [
  "id",
  "email",
  "name",
  "role",
  "token_version",
  "banned_at",
  "email_verified_at",
] as const;

export async function loadUser(
  database: AuthDatabase,
  id: string,
): Promise<UserRecord | undefined> {
  const row = await database
    .selectFrom("portcullis.user")
    .select(recordColumns)
    .where("id", "=", id)
    .executeTakeFirst();
  return row && toRecord(row);
}

export interface Credentials {
  readonly userId: string;
  readonly passwordHash: string;
}

export async function findCredentials(
  database: AuthDatabase,
  email: string,
): Promise<Credentials | undefined> {
  const row = await database
    .selectFrom("portcullis.user")
    .select(["id", "password_hash"])
    .where("email", "=", email)
    .executeTakeFirst();
  return row && { userId: row.id, passwordHash: row.password_hash };
}

/**
 * The user as it is now, held against change until the transaction ends, so that what is built on
 * its token version is not outdated at birth.
 */
export async function holdUser(
  transaction: AuthTransaction,
  userId: string,
): Promise<(UserRecord & { readonly passwordHash: string }) | undefined> {
  const row = await transaction
    .selectFrom("portcullis.user")
    .select([...recordColumns, "password_hash"])
    .where("id", "=", userId)
    .forShare()
    .executeTakeFirst();
  return row && { ...toRecord(row), passwordHash: row.password_hash };
}

export interface NewUser {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string;
  readonly createdAtMs: number;
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
    .values({
      id: user.id,
      email: user.email,
      name: user.name,
      password_hash: user.passwordHash,
      created_at: new Date(user.createdAtMs),
    })
    .onConflict((conflict) =>
      conflict.column("email").doUpdateSet({ email: (eb) => eb.ref("excluded.email") }),
    )
    .returning("id")
    .executeTakeFirstOrThrow();
  return row.id;
}

/** Raises the token version by one and returns it: all tokens and sessions of the user are over. */
export async function raiseTokenVersion(
  transaction: AuthTransaction,
  userId: string,
): Promise<number | undefined> {
  const row = await transaction
    .updateTable("portcullis.user")
    .set({ token_version: sql<number>`token_version + 1` })
    .where("id", "=", userId)
    .returning("token_version")
    .executeTakeFirst();
  return row && safeInteger(row.token_version);
}

function toRecord(row: {
  id: string;
  email: string;
  name: string;
  role: string;
  token_version: string | number | bigint;
  banned_at: Date | string | number | null;
  email_verified_at: Date | string | number | null;
}): UserRecord {
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    role: row.role,
    tokenVersion: safeInteger(row.token_version),
    bannedAt: optionalEpochMs(row.banned_at),
    emailVerifiedAt: optionalEpochMs(row.email_verified_at),
  };
}
