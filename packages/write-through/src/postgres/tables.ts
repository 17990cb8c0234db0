import type { Kysely, Transaction } from "kysely";

/** The one row that says which store is trusted. */
interface AuthorityTable {
  readonly id: boolean;
  epoch: string;
  replid: string | null;
  nonce: string | null;
  settled: boolean;
  /** The Postgres timeline on which the store was adopted. */
  timeline: string | null;
}

export interface WriteThroughTables {
  "portcullis.authority": AuthorityTable;
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
