import { sql, type Kysely, type Transaction } from "kysely";
import type { Authority } from "../protocol/belief.ts";
import type { StoreIdentity } from "../store.ts";
import type { WriteThroughTables } from "./tables.ts";

// The first eight digits of a WAL file's name are the timeline, and need no privilege to read. On a
// standby the call fails, which is right: only a primary may be asked.
const currentTimeline = sql<string>`left(pg_walfile_name(pg_current_wal_lsn()), 8)`;

export async function readAuthority(database: Kysely<WriteThroughTables>): Promise<Authority> {
  const row = await database
    .selectFrom("portcullis.authority")
    .select(["epoch", "replid", "nonce", "settled"])
    .select(sql<boolean>`timeline is not distinct from ${currentTimeline}`.as("onTimeline"))
    .executeTakeFirstOrThrow();
  return { ...row, epoch: BigInt(row.epoch) };
}

/** Is the epoch still this one, and will it be until the transaction ends? */
export async function holdEpoch(
  transaction: Transaction<WriteThroughTables>,
  epoch: bigint,
  nonce: string,
): Promise<boolean> {
  const row = await transaction
    .selectFrom("portcullis.authority")
    .select("epoch")
    .where("epoch", "=", `${epoch}`)
    .where("nonce", "=", nonce)
    .where("timeline", "=", currentTimeline)
    .forShare()
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Makes a store the trusted one, if the epoch is still the one that was seen. Out of a settled
 * epoch without a store, nobody can have a cache in use, so the new epoch is settled from the start.
 */
export async function adoptStore(
  database: Kysely<WriteThroughTables>,
  epoch: bigint,
  { replid, nonce }: StoreIdentity,
): Promise<boolean> {
  const result = await database
    .updateTable("portcullis.authority")
    .set({
      epoch: sql`epoch + 1`,
      replid,
      nonce,
      settled: sql`settled and nonce is null`,
      timeline: currentTimeline,
    })
    .where("epoch", "=", `${epoch}`)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Notes that every process has known the epoch for a lease. */
export async function settleEpoch(
  database: Kysely<WriteThroughTables>,
  epoch: bigint,
  nonce: string | null,
): Promise<void> {
  await database
    .updateTable("portcullis.authority")
    .set({ settled: true })
    .where("epoch", "=", `${epoch}`)
    .where("nonce", "is not distinct from", nonce)
    .where("settled", "=", false)
    .execute();
}
