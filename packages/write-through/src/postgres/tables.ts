import type { Kysely, Transaction } from "kysely";

/** The one row that says which store is trusted. */
interface AuthorityTable {
  readonly id: boolean;
  epoch: string;
  replid: string | null;
  nonce: string | null;
  settled: boolean;
  /** The Postgres timeline on which the epoch was begun. */
  timeline: string | null;
}

/** The processes that may keep rows in their memory, a row each. Ids are never used again. */
interface NodeTable {
  readonly id: string;
  eviction: string | null;
  /** The lease that the process has been given. */
  readonly lease_ms: number;
}

export interface WriteThroughTables {
  "portcullis.authority": AuthorityTable;
  "portcullis.node": NodeTable;
}

/** A handle of the application's database, seen as one that holds this package's tables too. */
export function asWriteThrough<Database>(database: Kysely<Database>): Kysely<WriteThroughTables> {
  return database as unknown as Kysely<WriteThroughTables>;
}

export function asWriteThroughTransaction<Database>(
  transaction: Transaction<Database>,
): Transaction<WriteThroughTables> {
  return transaction as unknown as Transaction<WriteThroughTables>;
}
