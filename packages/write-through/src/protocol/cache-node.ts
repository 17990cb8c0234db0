import type { EventListener } from "../cache-event.ts";
import type { ValueSchema } from "../cached-table.ts";
import type { Clock } from "../clock.ts";
import type { Entropy } from "../entropy.ts";
import { NearCache } from "../near/near-cache.ts";
import type { Primary } from "../primary.ts";
import type { RowName } from "../row-key.ts";
import type { CacheStore, StoreListener } from "../store.ts";
import { Acknowledgements } from "./acknowledgements.ts";
import { AuthorityLease } from "./authority-lease.ts";
import { Flights } from "./flights.ts";
import { Membership } from "./membership.ts";
import type { LoadedRow } from "./stored-text.ts";
import type { WriteListener } from "./write-trace.ts";

/** One row to read or write. `key` names it in the store; its value is opaque here. */
export interface Row<Handle> extends RowName {
  readonly key: string;
  readonly schema: ValueSchema<unknown>;
  readonly load: (handle: Handle) => Promise<unknown>;
}

/** The bounds of one process' cache. */
export interface CacheBounds {
  readonly leaseMs: number;
  readonly acknowledgeTimeoutMs: number;
  readonly valueTtlMs: number;
  readonly absentTtlMs: number;
  readonly maxValueBytes: number;
  readonly nearMaxBytes: number;
  readonly resolveAfterMs: number;
}

/** The world, as the protocol sees it from one process. */
export interface CachePorts<Handle> {
  readonly primary: Primary<Handle>;
  readonly store: CacheStore;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly emit: EventListener;
  /** Told of writes that have ended. */
  readonly onWrite?: WriteListener | undefined;
}

/** What the steps of the protocol share in one process. */
export interface CacheNode<Handle> extends CachePorts<Handle>, CacheBounds {
  readonly near: NearCache;
  readonly membership: Membership;
  readonly lease: AuthorityLease;
  readonly acknowledgements: Acknowledgements;
  readonly flights: Flights<LoadedRow>;
  readonly resolving: Set<string>;
  readonly counters: ReadCounters;
}

/** Where the rows that were read came from, since the start. */
export interface ReadCounters {
  near: number;
  store: number;
  postgres: number;
}

/** Puts the parts of one process together. */
export function createCacheNode<Handle>(
  ports: CachePorts<Handle>,
  bounds: CacheBounds,
  near: NearCache = new NearCache(bounds.nearMaxBytes),
): CacheNode<Handle> {
  const { leaseMs } = bounds;
  const membership = new Membership({ ...ports, near, leaseMs });
  return {
    ...ports,
    ...bounds,
    near,
    membership,
    lease: new AuthorityLease({ ...ports, near, membership, leaseMs }),
    acknowledgements: new Acknowledgements(ports.clock),
    flights: new Flights(),
    resolving: new Set(),
    counters: { near: 0, store: 0, postgres: 0 },
  };
}

/** What the process does with the messages of its store. */
export function listenerOf<Handle>(node: CacheNode<Handle>): StoreListener {
  const { near, membership, lease, acknowledgements, store, emit } = node;
  return {
    invalidated(invalidation) {
      near.drop(invalidation.keys);
      const nodeId = membership.acknowledgesAs;
      if (nodeId === undefined) return;
      store.acknowledge(invalidation, nodeId).catch((error: unknown) => {
        emit({ kind: "store_failed", operation: "acknowledge", error });
      });
    },
    acknowledged(fence, nodeId) {
      acknowledgements.acknowledge(fence, nodeId);
    },
    listening(isListening) {
      membership.listen(isListening);
      if (isListening) void lease.joinAndRenew();
    },
  };
}
