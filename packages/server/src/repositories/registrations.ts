import { epochMs } from "./column-values.ts";
import type { AuthDatabase, AuthTransaction } from "./tables.ts";

export interface NewRegistration {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string;
  /** The user made at once, where unverified users may sign in. */
  readonly userId: string | null;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

export async function insertRegistration(
  transaction: AuthTransaction,
  registration: NewRegistration,
): Promise<void> {
  await transaction
    .insertInto("portcullis.registration")
    .values({
      id: registration.id,
      email: registration.email,
      name: registration.name,
      password_hash: registration.passwordHash,
      user_id: registration.userId,
      created_at: new Date(registration.createdAtMs),
      expires_at: new Date(registration.expiresAtMs),
    })
    .execute();
}

export interface RegistrationRecord {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string;
  readonly userId: string | null;
  /** Null until its mail is written. */
  readonly secretHash: Uint8Array | null;
  readonly expiresAt: number;
}

export async function findRegistration(
  database: AuthDatabase,
  id: string,
): Promise<RegistrationRecord | undefined> {
  const row = await database
    .selectFrom("portcullis.registration")
    .select(["id", "email", "name", "password_hash", "user_id", "secret_hash", "expires_at"])
    .where("id", "=", id)
    .executeTakeFirst();
  return (
    row && {
      id: row.id,
      email: row.email,
      name: row.name,
      passwordHash: row.password_hash,
      userId: row.user_id,
      secretHash: row.secret_hash === null ? null : new Uint8Array(row.secret_hash),
      expiresAt: epochMs(row.expires_at),
    }
  );
}

/** Gives a registration the secret that its mail carries. */
export async function setRegistrationSecret(
  transaction: AuthTransaction,
  id: string,
  secretHash: Uint8Array,
): Promise<void> {
  await transaction
    .updateTable("portcullis.registration")
    .set({ secret_hash: secretHash })
    .where("id", "=", id)
    .execute();
}

/**
 * Takes all registrations of an email out of the table, by one statement: of racing calls for one
 * email one gets them.
 *
 * @returns their ids.
 */
export async function takeRegistrations(
  transaction: AuthTransaction,
  email: string,
): Promise<string[]> {
  const rows = await transaction
    .deleteFrom("portcullis.registration")
    .where("email", "=", email)
    .returning("id")
    .execute();
  return rows.map(({ id }) => id);
}

/** Of a user who goes; those of others for the same email stay. */
export async function deleteRegistrationsOf(
  transaction: AuthTransaction,
  userId: string,
): Promise<void> {
  await transaction.deleteFrom("portcullis.registration").where("user_id", "=", userId).execute();
}

/** For an email that has found its owner, or is known to have one. */
export async function deleteRegistrations(
  transaction: AuthTransaction,
  email: string,
): Promise<void> {
  await transaction.deleteFrom("portcullis.registration").where("email", "=", email).execute();
}
