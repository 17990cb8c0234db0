import { epochMs, optionalEpochMs } from "./column-values.ts";
import type { AuthDatabase } from "./tables.ts";

export interface StoredSigningKey {
  readonly kid: string;
  readonly publicJwk: unknown;
  readonly privateKeyEncrypted: Uint8Array;
  readonly createdAt: number;
  readonly retiredAt: number | null;
}

/** The keys of an algorithm that may still be on a living token, oldest first. At most 32. */
export async function listSigningKeys(
  database: AuthDatabase,
  algorithm: string,
  retiredAfterMs: number,
): Promise<StoredSigningKey[]> {
  const rows = await database
    .selectFrom("portcullis.signing_key")
    .select(["kid", "public_jwk", "private_key_encrypted", "created_at", "retired_at"])
    .where("algorithm", "=", algorithm)
    .where((eb) =>
      eb.or([eb("retired_at", "is", null), eb("retired_at", ">", new Date(retiredAfterMs))]),
    )
    .orderBy("created_at")
    .orderBy("kid")
    .limit(32)
    .execute();
  return rows.map((row) => ({
    kid: row.kid,
    publicJwk: row.public_jwk,
    privateKeyEncrypted: new Uint8Array(row.private_key_encrypted),
    createdAt: epochMs(row.created_at),
    retiredAt: optionalEpochMs(row.retired_at),
  }));
}

export interface NewSigningKey {
  readonly kid: string;
  readonly algorithm: string;
  readonly publicJwk: object;
  readonly privateKeyEncrypted: Uint8Array;
  readonly createdAtMs: number;
}

/** Inserts a key unless its algorithm has an active one: of two nodes that start at once, one wins. */
export async function insertFirstSigningKey(
  database: AuthDatabase,
  key: NewSigningKey,
): Promise<void> {
  await database
    .insertInto("portcullis.signing_key")
    .values({
      kid: key.kid,
      algorithm: key.algorithm,
      public_jwk: JSON.stringify(key.publicJwk),
      private_key_encrypted: key.privateKeyEncrypted,
      created_at: new Date(key.createdAtMs),
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
