import { sql } from "kysely";
import { epochMs, optionalEpochMs } from "./column-values.ts";
import type { AuthDatabase, AuthTransaction } from "./tables.ts";

/** Most keys that one listing returns. */
const listMax = 100;

/** What is left of a private key that was destroyed. Its row stays, so that it is known for good. */
const destroyed = new Uint8Array();

/** What is known of a signing key. Times are milliseconds since 1970. */
export interface SigningKeyRecord {
  readonly kid: string;
  readonly algorithm: string;
  readonly createdAt: number;
  /** From when on it signs. */
  readonly activatesAt: number;
  /** From when on it does not sign; null on the newest of its algorithm. */
  readonly retiredAt: number | null;
}

/** All signing keys there have been, newest first, at most 100. */
export async function listSigningKeys(database: AuthDatabase): Promise<SigningKeyRecord[]> {
  const rows = await database
    .selectFrom("portcullis.signing_key")
    .select(["kid", "algorithm", "created_at", "activates_at", "retired_at"])
    .orderBy("created_at", "desc")
    .orderBy("kid")
    .limit(listMax)
    .execute();
  return rows.map((row) => ({
    kid: row.kid,
    algorithm: row.algorithm,
    createdAt: epochMs(row.created_at),
    activatesAt: epochMs(row.activates_at),
    retiredAt: optionalEpochMs(row.retired_at),
  }));
}

/** Whether there is such a key, or was one: the rows of destroyed keys stay. */
export async function isKnownSigningKey(database: AuthDatabase, kid: string): Promise<boolean> {
  const row = await database
    .selectFrom("portcullis.signing_key")
    .select("kid")
    .where("kid", "=", kid)
    .executeTakeFirst();
  return row !== undefined;
}

/** A signing key with its private part, which only the secret opens. */
export interface SealedSigningKey extends SigningKeyRecord {
  readonly privateKeyEncrypted: Uint8Array;
}

/** The keys whose private part still exists, newest first, at most 100. */
export async function listSealedSigningKeys(database: AuthDatabase): Promise<SealedSigningKey[]> {
  const rows = await database
    .selectFrom("portcullis.signing_key")
    .select([
      "kid",
      "algorithm",
      "private_key_encrypted",
      "created_at",
      "activates_at",
      "retired_at",
    ])
    .where("private_key_encrypted", "!=", destroyed)
    .orderBy("created_at", "desc")
    .orderBy("kid")
    .limit(listMax)
    .execute();
  return rows.map((row) => ({
    kid: row.kid,
    algorithm: row.algorithm,
    privateKeyEncrypted: new Uint8Array(row.private_key_encrypted),
    createdAt: epochMs(row.created_at),
    activatesAt: epochMs(row.activates_at),
    retiredAt: optionalEpochMs(row.retired_at),
  }));
}

export interface NewSigningKey {
  readonly kid: string;
  readonly algorithm: string;
  /** For people who look at the table: what is verified with comes out of the sealed part. */
  readonly publicJwk: object;
  readonly privateKeyEncrypted: Uint8Array;
  readonly createdAtMs: number;
  readonly activatesAtMs: number;
}

/** Inserts the newest key of its algorithm; a unique index refuses it while there is another newest. */
export async function insertSigningKey(
  transaction: AuthTransaction,
  key: NewSigningKey,
): Promise<void> {
  await transaction
    .insertInto("portcullis.signing_key")
    .values({
      kid: key.kid,
      algorithm: key.algorithm,
      public_jwk: JSON.stringify(key.publicJwk),
      private_key_encrypted: key.privateKeyEncrypted,
      created_at: new Date(key.createdAtMs),
      activates_at: new Date(key.activatesAtMs),
    })
    .execute();
}

/** Says when a key signs no more; `null` makes it the newest of its algorithm again. */
export async function setSigningKeyRetirement(
  transaction: AuthTransaction,
  kid: string,
  retiredAtMs: number | null,
): Promise<void> {
  await transaction
    .updateTable("portcullis.signing_key")
    .set({ retired_at: retiredAtMs === null ? null : new Date(retiredAtMs) })
    .where("kid", "=", kid)
    .execute();
}

export async function setSigningKeyActivation(
  transaction: AuthTransaction,
  kid: string,
  activatesAtMs: number,
): Promise<void> {
  await transaction
    .updateTable("portcullis.signing_key")
    .set({ activates_at: new Date(activatesAtMs) })
    .where("kid", "=", kid)
    .execute();
}

/** Destroys the private part of a key, which is thereby over; an earlier end of its signing stays. */
export async function destroySigningKey(
  transaction: AuthTransaction,
  kid: string,
  nowMs: number,
): Promise<void> {
  await transaction
    .updateTable("portcullis.signing_key")
    .set({
      private_key_encrypted: destroyed,
      // least() takes a null for no value.
      retired_at: sql<Date>`least(retired_at, ${new Date(nowMs)})`,
    })
    .where("kid", "=", kid)
    .execute();
}

/** Destroys the private parts of all keys that were retired before a time. */
export async function destroySigningKeysRetiredBefore(
  database: AuthDatabase,
  retiredBeforeMs: number,
): Promise<void> {
  await database
    .updateTable("portcullis.signing_key")
    .set({ private_key_encrypted: destroyed })
    .where("retired_at", "<", new Date(retiredBeforeMs))
    .where("private_key_encrypted", "!=", destroyed)
    .execute();
}

/** Replaces the sealed private part of a key, if it is still the one that was read. */
export async function resealSigningKey(
  database: AuthDatabase,
  kid: string,
  from: Uint8Array,
  to: Uint8Array,
): Promise<void> {
  await database
    .updateTable("portcullis.signing_key")
    .set({ private_key_encrypted: to })
    .where("kid", "=", kid)
    .where("private_key_encrypted", "=", from)
    .execute();
}
