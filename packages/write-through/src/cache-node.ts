import type { Kysely } from "kysely";
import type { AuthorityLease } from "./authority-lease.ts";
import type { EventListener } from "./cache-event.ts";
import type { ValueSchema } from "./cached-table.ts";
import type { Flights } from "./protocol/flights.ts";
import type { CacheStore } from "./store.ts";

/** A cached table as the protocol sees it: values are opaque. */
export interface TableDefinition<Database> {
  readonly name: string;
  readonly schema: ValueSchema<unknown>;
  readonly load: (database: Kysely<Database>, id: string) => Promise<unknown>;
}

/** One row to read or write. `key` names it in the store. */
export interface Row<Database> {
  readonly key: string;
  readonly id: string;
  readonly table: TableDefinition<Database>;
}

/** What the steps of the protocol share in one process. */
export interface CacheNode<Database> {
  readonly database: Kysely<Database>;
  readonly store: CacheStore;
  readonly lease: AuthorityLease;
  readonly flights: Flights<unknown>;
  readonly resolving: Set<string>;
  readonly leaseMs: number;
  readonly databaseTimeoutMs: number;
  readonly workTimeoutMs: number;
  readonly valueTtlMs: number;
  readonly maxValueBytes: number;
  readonly resolveAfterMs: number;
  readonly emit: EventListener;
}

/** Reads a row from the handle and checks it; a row that is not as its schema says is a fault. */
export async function loadRow<Database>(
  handle: Kysely<Database>,
  { table, id }: Row<Database>,
): Promise<unknown> {
  const value = await table.load(handle, id);
  return value === undefined ? undefined : table.schema.parse(value);
}
