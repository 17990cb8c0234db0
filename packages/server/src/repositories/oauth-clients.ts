import { sql } from "kysely";
import { epochMs } from "./column-values.ts";
import type { AuthDatabase, AuthTransaction } from "./tables.ts";

export interface NewOauthClient {
  readonly id: string;
  readonly name: string;
  readonly secretHash: Uint8Array;
  readonly createdAtMs: number;
}

export interface LiveOauthClient {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
}

/**
 * Inserts a client, unless as many as may live at once do. The lock lets one at a time count and
 * insert; it keeps nobody from reading.
 *
 * @returns whether it was inserted.
 */
export async function insertOauthClient(
  transaction: AuthTransaction,
  client: NewOauthClient,
  liveMax: number,
): Promise<boolean> {
  await sql`lock table portcullis.oauth_client in share row exclusive mode`.execute(transaction);
  const { live } = await transaction
    .selectFrom("portcullis.oauth_client")
    .select((eb) => eb.fn.countAll<string | number | bigint>().as("live"))
    .where("revoked_at", "is", null)
    .executeTakeFirstOrThrow();
  if (Number(live) >= liveMax) return false;
  await transaction
    .insertInto("portcullis.oauth_client")
    .values({
      id: client.id,
      name: client.name,
      secret_hash: client.secretHash,
      created_at: new Date(client.createdAtMs),
    })
    .execute();
  return true;
}

/** The hash of a live client's secret. */
export async function findOauthClientSecret(
  database: AuthDatabase,
  id: string,
): Promise<Uint8Array | undefined> {
  const row = await database
    .selectFrom("portcullis.oauth_client")
    .select("secret_hash")
    .where("id", "=", id)
    .where("revoked_at", "is", null)
    .executeTakeFirst();
  return row && new Uint8Array(row.secret_hash);
}

/** Newest first; as many as may live at once. */
export async function listLiveOauthClients(database: AuthDatabase): Promise<LiveOauthClient[]> {
  const rows = await database
    .selectFrom("portcullis.oauth_client")
    .select(["id", "name", "created_at"])
    .where("revoked_at", "is", null)
    .orderBy("created_at", "desc")
    .orderBy("id")
    .execute();
  return rows.map((row) => ({ id: row.id, name: row.name, createdAt: epochMs(row.created_at) }));
}

/** @returns whether it was live until now. */
export async function revokeOauthClient(
  transaction: AuthTransaction,
  id: string,
  nowMs: number,
): Promise<boolean> {
  const row = await transaction
    .updateTable("portcullis.oauth_client")
    .set({ revoked_at: new Date(nowMs) })
    .where("id", "=", id)
    .where("revoked_at", "is", null)
    .returning("id")
    .executeTakeFirst();
  return row !== undefined;
}
