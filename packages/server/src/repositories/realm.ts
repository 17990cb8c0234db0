import { sql } from "kysely";
import { z } from "zod";
import { safeInteger } from "./column-values.ts";
import type { AuthDatabase, AuthTransaction } from "./tables.ts";

/** The id of the realm's only row. */
export const realmId = "realm";

/**
 * What all users have in common. Raising `tokenEpoch` ends every session and token there is;
 * `keyGeneration` is raised with every change of the signing keys.
 */
export const realmRecordSchema = z.strictObject({
  id: z.literal(realmId),
  tokenEpoch: z.int().min(1),
  keyGeneration: z.int().min(1),
});

export type RealmRecord = z.infer<typeof realmRecordSchema>;

export async function loadRealm(database: AuthDatabase): Promise<RealmRecord> {
  const row = await database
    .selectFrom("portcullis.realm")
    .select(["token_epoch", "key_generation"])
    .where("id", "=", realmId)
    .executeTakeFirstOrThrow();
  return {
    id: realmId,
    tokenEpoch: safeInteger(row.token_epoch),
    keyGeneration: safeInteger(row.key_generation),
  };
}

/**
 * The token epoch, held against change until the transaction ends. Of the rows that a transaction
 * holds it comes first.
 *
 * @param purpose `"change"` when the transaction will raise it.
 */
export async function holdTokenEpoch(
  transaction: AuthTransaction,
  purpose: "read" | "change" = "read",
): Promise<number> {
  if (purpose === "change") await lockRealm(transaction);
  const row = await transaction
    .selectFrom("portcullis.realm")
    .select("token_epoch")
    .where("id", "=", realmId)
    .$if(purpose === "read", (query) => query.forShare())
    .executeTakeFirstOrThrow();
  return safeInteger(row.token_epoch);
}

/**
 * Waits for those who hold the realm, and lets nobody else hold it until the transaction ends. A row
 * lock would not do: Postgres lets those who share a row pass one who waits to change it, so that a
 * user who calls without end could keep all tokens from being revoked. Locks of tables queue.
 */
async function lockRealm(transaction: AuthTransaction): Promise<void> {
  await sql`lock table portcullis.realm in exclusive mode`.execute(transaction);
}

export async function readTokenEpoch(database: AuthDatabase): Promise<number> {
  const row = await database
    .selectFrom("portcullis.realm")
    .select("token_epoch")
    .where("id", "=", realmId)
    .executeTakeFirstOrThrow();
  return safeInteger(row.token_epoch);
}

/** Ends every session and token of every user. @returns the epoch from now on. */
export async function raiseTokenEpoch(transaction: AuthTransaction): Promise<number> {
  await lockRealm(transaction);
  const row = await transaction
    .updateTable("portcullis.realm")
    .set({ token_epoch: sql<number>`token_epoch + 1` })
    .where("id", "=", realmId)
    .returning("token_epoch")
    .executeTakeFirstOrThrow();
  return safeInteger(row.token_epoch);
}

export async function readKeyGeneration(database: AuthDatabase): Promise<number> {
  const { keyGeneration } = await loadRealm(database);
  return keyGeneration;
}

/** Lets one transaction at a time change the signing keys: the others wait here for its end. */
export async function holdKeyGeneration(transaction: AuthTransaction): Promise<void> {
  await lockRealm(transaction);
}

export async function raiseKeyGeneration(transaction: AuthTransaction): Promise<void> {
  await transaction
    .updateTable("portcullis.realm")
    .set({ key_generation: sql<number>`key_generation + 1` })
    .where("id", "=", realmId)
    .execute();
}
