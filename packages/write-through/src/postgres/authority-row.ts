import { sql, type Kysely, type RawBuilder, type Transaction } from "kysely";
import type { ListedNode, Renewal } from "../primary.ts";
import type { EpochName } from "../protocol/belief.ts";
import type { StoreIdentity } from "../store.ts";
import type { WriteThroughTables } from "./tables.ts";

// The first eight digits of a WAL file's name are the timeline, and need no privilege to read. On a
// standby the call fails, which is right: only a primary may be asked.
export const currentTimeline: RawBuilder<string> = sql<string>`left(pg_walfile_name(pg_current_wal_lsn()), 8)`;

/** The authority and the process' own place in the list, in one snapshot. */
export async function readRenewal(
  database: Kysely<WriteThroughTables>,
  nodeId: string | undefined,
): Promise<Renewal> {
  const { isListed, ...row } = await database
    .selectFrom("portcullis.authority")
    .select(["epoch", "replid", "nonce", "settled"])
    .select(sql<boolean>`timeline is not distinct from ${currentTimeline}`.as("onTimeline"))
    .select(({ exists, selectFrom }) =>
      exists(
        selectFrom("portcullis.node")
          .select("portcullis.node.id")
          .where("portcullis.node.id", "=", nodeId ?? "")
          .where("eviction", "is", null),
      ).as("isListed"),
    )
    .executeTakeFirstOrThrow();
  return { authority: { ...row, epoch: BigInt(row.epoch) }, isListed: Boolean(isListed) };
}

/**
 * Is the epoch still this one, and will it be until the transaction ends? If so, the list of
 * processes, in a snapshot taken after the call. Who waits to begin another epoch goes first.
 */
export async function holdEpoch(
  transaction: Transaction<WriteThroughTables>,
  { epoch, nonce }: EpochName,
): Promise<readonly ListedNode[] | undefined> {
  const row = await transaction
    .selectFrom("portcullis.authority")
    .select(
      sql<ListedNode[]>`(
        select coalesce(json_agg(json_build_object('id', id, 'eviction', eviction)), '[]'::json)
        from portcullis.node)`.as("listed"),
    )
    .where("epoch", "=", `${epoch}`)
    .where("nonce", "is not distinct from", nonce)
    .where("timeline", "=", currentTimeline)
    .forKeyShare()
    .executeTakeFirst();
  return row?.listed;
}

/**
 * Makes a store the trusted one, if the epoch is still the one that was seen. Out of a settled
 * epoch without a store, nobody can have a cache in use, so the new epoch is settled from the start.
 *
 * @throws with SQLSTATE 57014, as {@link bypassStore} and {@link settleEpoch} do, when others held
 *   the epoch for longer than `longestWaitMs`.
 */
export async function adoptStore(
  database: Kysely<WriteThroughTables>,
  seen: EpochName,
  identity: StoreIdentity,
  longestWaitMs: number,
): Promise<boolean> {
  return await beginEpoch(database, seen, identity, longestWaitMs);
}

/** Begins an epoch without a store, if the epoch is still the one that was seen. */
export async function bypassStore(
  database: Kysely<WriteThroughTables>,
  seen: EpochName,
  nonce: string,
  longestWaitMs: number,
): Promise<boolean> {
  return await beginEpoch(database, seen, { replid: null, nonce }, longestWaitMs);
}

async function beginEpoch(
  database: Kysely<WriteThroughTables>,
  seen: EpochName,
  begun: { readonly replid: string | null; readonly nonce: string },
  longestWaitMs: number,
): Promise<boolean> {
  const { rows } = await sql<{ begun: boolean }>`select portcullis.begin_epoch(
    ${`${seen.epoch}`}::bigint, ${seen.nonce}::text,
    ${begun.replid}::text, ${begun.nonce}::text, ${longestWaitMs}::integer) as begun`.execute(
    database,
  );
  return rows[0]?.begun === true;
}

/** Notes that every process has known the epoch for a lease. Writers are not waited for. */
export async function settleEpoch(
  database: Kysely<WriteThroughTables>,
  { epoch, nonce }: EpochName,
  longestWaitMs: number,
): Promise<void> {
  await sql`select portcullis.settle_epoch(
    ${`${epoch}`}::bigint, ${nonce}::text, ${longestWaitMs}::integer)`.execute(database);
}
