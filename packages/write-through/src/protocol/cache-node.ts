import type { EventListener } from "../cache-event.ts";
import type { ValueSchema } from "../cached-table.ts";
import type { Entropy } from "../entropy.ts";
import type { Primary } from "../primary.ts";
import type { CacheStore } from "../store.ts";
import type { AuthorityLease } from "./authority-lease.ts";
import type { Flights } from "./flights.ts";

/** One row to read or write. `key` names it in the store; its value is opaque here. */
export interface Row<Handle> {
  readonly key: string;
  readonly table: string;
  readonly id: string;
  readonly schema: ValueSchema<unknown>;
  readonly load: (handle: Handle) => Promise<unknown>;
}

/** What the steps of the protocol share in one process. */
export interface CacheNode<Handle> {
  readonly primary: Primary<Handle>;
  readonly store: CacheStore;
  readonly entropy: Entropy;
  readonly lease: AuthorityLease;
  readonly flights: Flights<string>;
  readonly resolving: Set<string>;
  readonly valueTtlMs: number;
  readonly absentTtlMs: number;
  readonly maxValueBytes: number;
  readonly resolveAfterMs: number;
  readonly emit: EventListener;
}
