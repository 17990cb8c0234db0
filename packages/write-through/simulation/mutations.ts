import { DeadlineError } from "../src/errors.ts";
import type { Instant } from "../src/clock.ts";
import type { StoreContents, StoreState } from "../src/memory/store-state.ts";
import { NearCache, type Ticket } from "../src/near/near-cache.ts";
import { nameOf } from "../src/row-key.ts";
import type { Primary, WriteTransaction } from "../src/primary.ts";
import { AuthorityLease } from "../src/protocol/authority-lease.ts";
import {
  createCacheNode,
  type CacheBounds,
  type CacheNode,
  type CachePorts,
} from "../src/protocol/cache-node.ts";
import { Flights } from "../src/protocol/flights.ts";
import type { Membership } from "../src/protocol/membership.ts";
import type { LoadedRow } from "../src/protocol/stored-text.ts";
import type { CacheStore, StoreIdentity } from "../src/store.ts";
import type { PostgresMutation, SimHandle } from "./sim-postgres.ts";
import type { StoryName } from "./stories.ts";

type Step<Name extends "read" | "fill" | "fence" | "publish"> = (
  state: StoreState,
  contents: StoreContents,
  args: Parameters<CacheStore[Name]>,
) => Awaited<ReturnType<CacheStore[Name]>>;

/** How the store carries out its steps. */
export interface StoreMutation {
  readonly read: Step<"read">;
  readonly fill: Step<"fill">;
  readonly fence: Step<"fence">;
  readonly publish: Step<"publish">;
}

type Ports = CachePorts<SimHandle>;
type Node = CacheNode<SimHandle>;

/** The protocol with one of its rules removed, to see that the simulator misses it. */
export interface Mutation {
  /** What is removed. */
  readonly rule: string;
  /** The story in which it is missed soonest; default: the life of a service. */
  readonly story?: StoryName;
  /** A seed that misses it, or did: where a search had better begin. Default 0. */
  readonly shownBy?: number;
  /** What the store does when it is asked. */
  readonly store?: Partial<StoreMutation>;
  readonly postgres?: PostgresMutation;
  /** How a process is put together. */
  readonly build?: Build;
  /** What writes alone use instead of the process' own parts. */
  readonly writer?: Change;
}

export const faithful: StoreMutation = {
  read: (state, _contents, args) => state.read(...args),
  fill: (state, _contents, args) => state.fill(...args),
  fence: (state, _contents, args) => state.fence(...args),
  publish: (state, _contents, args) => state.publish(...args),
};

/** Every step of the store, told a falsified identity. */
function believing(identify: (asked: StoreIdentity, contents: StoreContents) => StoreIdentity) {
  return {
    read: (state, contents, [identity, ...rest]) =>
      state.read(identify(identity, contents), ...rest),
    fill: (state, contents, [identity, ...rest]) =>
      state.fill(identify(identity, contents), ...rest),
    fence: (state, contents, [identity, ...rest]) =>
      state.fence(identify(identity, contents), ...rest),
    publish: (state, contents, [identity, ...rest]) =>
      state.publish(identify(identity, contents), ...rest),
  } satisfies StoreMutation;
}

/** A step of a replica that takes itself for the master. */
function asMaster<T>(contents: StoreContents, step: () => T): T {
  const { role } = contents;
  contents.role = "master";
  const reply = step();
  contents.role = role;
  return reply;
}

/** The same object but for some methods; the rest run on the original, private fields and all. */
function overriding<T extends object>(original: T, overrides: Partial<T>): T {
  return new Proxy(original, {
    get(target, name) {
      const found: unknown = Reflect.get(name in overrides ? overrides : target, name);
      return typeof found === "function" ? (found.bind(target) as unknown) : found;
    },
  });
}

type Build = (ports: Ports, bounds: CacheBounds) => Node;
type Change = (node: Node) => Node;
type MutatePrimary = (primary: Primary<SimHandle>) => Partial<Primary<SimHandle>>;
type MutateTransaction = (
  transaction: WriteTransaction<SimHandle>,
  primary: Primary<SimHandle>,
) => Partial<WriteTransaction<SimHandle>>;

function withPrimary(mutate: MutatePrimary): Build {
  return (ports, bounds) => {
    const primary = overriding(ports.primary, mutate(ports.primary));
    return createCacheNode({ ...ports, primary }, bounds);
  };
}

function withTransaction(mutate: MutateTransaction): Build {
  return withPrimary((primary) => ({
    begin: async (fence, keys) => {
      const transaction = await primary.begin(fence, keys);
      return overriding(transaction, mutate(transaction, primary));
    },
  }));
}

function withNear(Near: typeof NearCache): Build {
  return (ports, bounds) => createCacheNode(ports, bounds, new Near(bounds.nearMaxBytes));
}

function withLease(overrides: (node: Node) => Partial<AuthorityLease>): Build {
  return (ports, bounds) => {
    const node = createCacheNode(ports, bounds);
    return { ...node, lease: overriding(node.lease, overrides(node)) };
  };
}

function withMembership(overrides: (node: Node) => Partial<Membership>): Change {
  return (node) => ({ ...node, membership: overriding(node.membership, overrides(node)) });
}

function get(near: NearCache, key: string): unknown {
  const { table, id } = nameOf(key);
  return near.get(table, id);
}

/** Puts a value back where it was, as if nothing had been heard. */
function putBack(near: NearCache, key: string, value: unknown): void {
  if (value === undefined) return;
  const ticket = near.begin(key);
  near.insert(ticket, value, 10);
  near.end(ticket);
}

class NearThatDropsNoRow extends NearCache {
  override drop(keys: readonly string[]): void {
    const kept = keys.map((key) => [key, get(this, key)] as const);
    super.drop(keys);
    for (const [key, value] of kept) putBack(this, key, value);
  }
}

class NearThatClearsNoRow extends NearCache {
  readonly #keys = new Set<string>();
  override insert(ticket: Ticket, value: unknown, textBytes: number): void {
    super.insert(ticket, value, textBytes);
    this.#keys.add(ticket.key);
  }
  override clear(): void {
    const kept = [...this.#keys].map((key) => [key, get(this, key)] as const);
    super.clear();
    for (const [key, value] of kept) putBack(this, key, value);
  }
}

/** Knows its reads under way, to take their marks back. */
class NearWithReads extends NearCache {
  readonly underWay = new Set<Ticket>();
  override begin(key: string): Ticket {
    const ticket = super.begin(key);
    this.underWay.add(ticket);
    return ticket;
  }
  override end(ticket: Ticket): void {
    super.end(ticket);
    this.underWay.delete(ticket);
  }
  withoutMarking(change: () => void): void {
    const before = [...this.underWay].map((ticket) => [ticket, ticket.isMarked] as const);
    change();
    for (const [ticket, isMarked] of before) ticket.isMarked = isMarked;
  }
}

class NearThatMarksNoDrop extends NearWithReads {
  override drop(keys: readonly string[]): void {
    this.withoutMarking(() => super.drop(keys));
  }
}

class NearThatMarksNoClear extends NearWithReads {
  override clear(): void {
    this.withoutMarking(() => super.clear());
  }
}

/** Takes a read for over when the first of its rows is. */
class NearThatEndsTogether extends NearCache {
  readonly #groups = new Map<Ticket, readonly Ticket[]>();
  #group: Ticket[] = [];
  override begin(key: string): Ticket {
    const ticket = super.begin(key);
    if (this.#group.length === 0) {
      // What is begun in one turn is one read.
      queueMicrotask(() => {
        this.#group = [];
      });
    }
    this.#group.push(ticket);
    this.#groups.set(ticket, this.#group);
    return ticket;
  }
  override end(ticket: Ticket): void {
    for (const other of this.#groups.get(ticket) ?? []) super.end(other);
    this.#groups.delete(ticket);
  }
}

/** Leaves out the emptying of the memory that follows upon one kind of answer of Postgres. */
function notClearingAfter(question: "joinNodes" | "renew"): Build {
  return (ports, bounds) => {
    let isAnswered = false;
    class Near extends NearCache {
      override clear(): void {
        if (!isAnswered) super.clear();
      }
    }
    // What a process does with an answer it does before the promises that can go on have run out.
    const noteAnswer = (): void => {
      isAnswered = true;
      process.nextTick(() => {
        isAnswered = false;
      });
    };
    const { primary } = ports;
    const overrides: Partial<Primary<SimHandle>> =
      question === "joinNodes"
        ? {
            joinNodes: async (...args) => {
              await primary.joinNodes(...args);
              noteAnswer();
            },
          }
        : {
            renew: async (nodeId) => {
              const renewal = await primary.renew(nodeId);
              // An eviction empties the memory for another reason.
              if (renewal.isListed) noteAnswer();
              return renewal;
            },
          };
    const near = new Near(bounds.nearMaxBytes);
    return createCacheNode({ ...ports, primary: overriding(primary, overrides) }, bounds, near);
  };
}

/** Gets the time of a renewal wrong: told when it was asked, it says what to take for the answer's. */
function misdating(which: "asked" | "answered"): Build {
  return (ports, bounds) => {
    let lastRead: { -readonly [Part in keyof Instant]: Instant[Part] } | undefined;
    let nextRead: Instant | undefined;
    const now = (): Instant => {
      const read = nextRead ?? { ...ports.clock.now() };
      nextRead = undefined;
      lastRead = read;
      return read;
    };
    const renew: Primary<SimHandle>["renew"] = async (nodeId) => {
      const asked = lastRead;
      const renewal = await ports.primary.renew(nodeId);
      if (asked === undefined) return renewal;
      if (which === "answered") nextRead = { ...asked };
      else Object.assign(asked, ports.clock.now());
      return renewal;
    };
    const primary = overriding(ports.primary, { renew });
    const clock = { now, sleep: ports.clock.sleep };
    return createCacheNode({ ...ports, primary, clock }, bounds);
  };
}

/** Lets a caller share a load that began before its call. */
class SharingFlights extends Flights<LoadedRow> {
  readonly #running = new Map<string, Promise<LoadedRow>>();
  override join(key: string, load: () => Promise<LoadedRow>): Promise<LoadedRow> {
    const running = this.#running.get(key) ?? load();
    this.#running.set(key, running);
    const forget = (): boolean => this.#running.delete(key);
    running.then(forget, forget);
    return running;
  }
}

export const mutations: readonly Mutation[] = [
  {
    rule: "FENCE removes the value",
    store: {
      fence: (state, contents, args) => {
        const kept = args[1].map((key) => [key, contents.slots.get(key)] as const);
        const reply = state.fence(...args);
        for (const [key, slot] of kept) {
          if (slot?.value !== undefined) contents.slots.set(key, slot);
        }
        return reply;
      },
      // A value that is left must also be served to matter.
      read: (state, contents, args) => {
        const reply = state.read(...args);
        if (reply.kind === "stranger") return reply;
        const value = reply.value.map((reading, index) => {
          const kept = contents.slots.get(args[1][index] ?? "")?.value;
          return reading.kind === "fenced" && kept !== undefined
            ? ({ kind: "hit", value: kept } as const)
            : reading;
        });
        return { kind: "answered", value };
      },
    },
  },
  {
    rule: "FENCE removes the fill tokens",
    store: {
      fence: (state, contents, args) => {
        const kept = args[1].map((key) => [key, contents.slots.get(key)] as const);
        const reply = state.fence(...args);
        for (const [key, slot] of kept) {
          if (slot !== undefined && slot.value === undefined) contents.slots.set(key, slot);
        }
        return reply;
      },
    },
  },
  {
    rule: "FILL needs its token",
    store: {
      fill: (_state, contents, [, key, , value, ttlMs]) => {
        contents.slots.set(key, { value, fillTokens: new Set(), expiresAtMs: Infinity });
        return { kind: "answered", value: ttlMs > 0 ? "accepted" : "refused" };
      },
    },
  },
  {
    rule: "PUBLISH is refused for a contended key",
    store: {
      publish: (state, contents, args) => {
        const fences = contents.fences.get(args[1]);
        if (fences !== undefined) fences.contended = false;
        return state.publish(...args);
      },
    },
  },
  {
    rule: "`contended` outlives the first release",
    store: {
      publish: (state, contents, args) => {
        const reply = state.publish(...args);
        const fences = contents.fences.get(args[1]);
        if (fences?.sinceMs.size === 1) fences.contended = false;
        return reply;
      },
    },
  },
  {
    rule: "PUBLISH needs its fence",
    store: {
      publish: (state, contents, [identity, key, fence, value, ttlMs]) => {
        contents.slots.set(key, { value, fillTokens: new Set(), expiresAtMs: Infinity });
        return state.publish(identity, key, fence, value, ttlMs);
      },
    },
  },
  {
    rule: "a store checks its replid",
    store: believing((asked, { replid }) => ({ ...asked, replid })),
  },
  {
    rule: "a store checks its marker",
    store: believing((asked, { marker }) => ({ ...asked, nonce: marker ?? asked.nonce })),
  },
  {
    rule: "a store checks its role",
    story: "replica",
    store: {
      read: (state, contents, args) => asMaster(contents, () => state.read(...args)),
      fill: (state, contents, args) => asMaster(contents, () => state.fill(...args)),
      fence: (state, contents, args) => asMaster(contents, () => state.fence(...args)),
      publish: (state, contents, args) => asMaster(contents, () => state.publish(...args)),
    },
  },
  {
    rule: "a fence without an answer means a rollback",
    build: (ports, bounds) => {
      const fence: CacheStore["fence"] = async (...args) => {
        try {
          return await ports.store.fence(...args);
        } catch {
          return { kind: "answered", value: undefined };
        }
      };
      return createCacheNode({ ...ports, store: { ...ports.store, fence } }, bounds);
    },
  },
  {
    rule: "a writer holds the lock of its fence",
    build: withPrimary((primary) => ({
      begin: (fence, keys) => primary.begin(`unlocked ${fence}`, keys),
    })),
  },
  {
    rule: "a fence ends only when its transaction is over",
    build: withPrimary(() => ({ isFenceOver: () => Promise.resolve(true) })),
  },
  {
    rule: "a writer checks the epoch and holds it",
    build: withTransaction((_transaction, primary) => ({ holdEpoch: () => primary.listNodes() })),
  },
  {
    rule: "a commit without an answer leaves its fence",
    shownBy: 212,
    build: withTransaction((transaction) => ({
      commit: async () => {
        const outcome = await transaction.commit();
        if (outcome.kind !== "unknown") return outcome;
        return { kind: "rolled_back", error: new DeadlineError("taken for rolled back") };
      },
    })),
  },
  {
    rule: "the first write of an unsettled epoch waits",
    build: withLease(() => ({ waitUntilSettled: () => Promise.resolve() })),
  },
  {
    rule: "an epoch is settled only when all have known it for a lease",
    build: withPrimary((primary) => ({
      adoptStore: async (seen, identity) => {
        const isAdopted = await primary.adoptStore(seen, identity);
        const epoch = seen.epoch + 1n;
        if (isAdopted) await primary.settleEpoch({ epoch, nonce: identity.nonce });
        return isAdopted;
      },
      bypassStore: async (seen, nonce) => {
        const isBegun = await primary.bypassStore(seen, nonce);
        if (isBegun) await primary.settleEpoch({ epoch: seen.epoch + 1n, nonce });
        return isBegun;
      },
    })),
  },
  {
    rule: "a bypass has a nonce of its own",
    story: "lost epoch",
    build: withPrimary((primary) => ({
      bypassStore: (seen) => primary.bypassStore(seen, "bypass"),
    })),
  },
  {
    rule: "an eviction has a mark of its own",
    story: "lost eviction",
    build: withPrimary((primary) => ({
      evictNodes: (nodeIds) => primary.evictNodes(nodeIds, `of ${nodeIds.join()}`),
    })),
  },
  {
    rule: "after a failover of Postgres no epoch stands",
    story: "lost eviction",
    postgres: { ignoresTimeline: true },
  },
  {
    rule: "SQL from outside begins an epoch",
    shownBy: 3108,
    postgres: { ignoresOutOfBand: true },
  },
  {
    rule: "a load that is under way is not shared",
    build: (ports, bounds) => ({
      ...createCacheNode(ports, bounds),
      flights: new SharingFlights(),
    }),
  },
  {
    rule: "an invalidation drops the row from memory",
    build: withNear(NearThatDropsNoRow),
  },
  {
    rule: "an invalidation marks the reads under way",
    build: withNear(NearThatMarksNoDrop),
  },
  {
    rule: "a row under way is marked until it is there, whatever becomes of others",
    shownBy: 228,
    build: withNear(NearThatEndsTogether),
  },
  {
    rule: "whoever may not use its memory empties it",
    build: withNear(NearThatClearsNoRow),
  },
  {
    rule: "whoever may not use its memory marks its reads under way",
    story: "joining",
    build: withNear(NearThatMarksNoClear),
  },
  {
    rule: "a new epoch empties the memory",
    shownBy: 324,
    build: notClearingAfter("renew"),
  },
  {
    rule: "a process that joins empties its memory",
    story: "joining",
    build: notClearingAfter("joinNodes"),
  },
  {
    rule: "memory is used only while the belief is valid",
    shownBy: 723,
    build: withLease(({ membership }) => ({ allowsMemory: () => membership.id !== undefined })),
  },
  {
    rule: "memory is used only by a process in the list",
    build: withLease(({ lease }) => ({ allowsMemory: () => lease.trust() !== undefined })),
  },
  {
    rule: "a renewal heeds an eviction",
    shownBy: 604,
    build: withPrimary((primary) => ({
      renew: async (nodeId) => ({
        ...(await primary.renew(nodeId)),
        isListed: nodeId !== undefined,
      }),
    })),
  },
  {
    rule: "a fenced row is not kept in memory",
    build: (ports, bounds) => {
      const read: CacheStore["read"] = async (...args) => {
        const reply = await ports.store.read(...args);
        if (reply.kind === "stranger") return reply;
        const value = reply.value.map((reading) =>
          reading.kind === "fenced" ? ({ kind: "miss", fillable: false } as const) : reading,
        );
        return { kind: "answered", value };
      };
      return createCacheNode({ ...ports, store: { ...ports.store, read } }, bounds);
    },
  },
  {
    rule: "a writer waits for acknowledgements",
    writer: withMembership(() => ({ othersIn: () => [] })),
  },
  {
    rule: "a writer drops its keys from its own memory",
    writer: (node) => ({ ...node, near: overriding(node.near, { drop: () => undefined }) }),
  },
  {
    rule: "the list is read after the fence",
    story: "joining",
    build: withPrimary((primary) => ({
      begin: async (fence, keys) => {
        const listed = await primary.listNodes();
        const transaction = await primary.begin(fence, keys);
        return overriding(transaction, {
          holdEpoch: async (epoch) => (await transaction.holdEpoch(epoch)) && listed,
        });
      },
    })),
  },
  {
    rule: "a silent process is waited for",
    shownBy: 2118,
    writer: withMembership(({ primary, entropy }) => ({
      evict: async (nodeIds) => {
        await primary.evictNodes(nodeIds, entropy.token());
        await primary.removeNodes(nodeIds);
      },
    })),
  },
  {
    rule: "an evicted process stays in the list until its lease is over",
    writer: withMembership(({ primary, clock, entropy, leaseMs }) => ({
      evict: async (nodeIds) => {
        await primary.evictNodes(nodeIds, entropy.token());
        await primary.removeNodes(nodeIds);
        await clock.sleep(leaseMs);
      },
    })),
  },
  {
    rule: "other writers too wait for an evicted process",
    writer: withMembership(({ membership }) => ({
      othersIn: (listed) => membership.othersIn(listed.filter(({ eviction }) => eviction === null)),
    })),
  },
  {
    rule: "a belief counts from before the question",
    story: "lease edge",
    build: misdating("asked"),
  },
  {
    rule: "an epoch is known from after the answer",
    shownBy: 172,
    story: "bypass edge",
    build: misdating("answered"),
  },
  {
    rule: "a belief ends early, for clocks that differ",
    story: "clock edge",
    build: (ports, bounds) => {
      const node = createCacheNode(ports, bounds);
      const lease = new AuthorityLease({ ...node, leaseMs: bounds.leaseMs / 0.99 });
      return { ...node, lease };
    },
  },
  {
    rule: "a belief ends when the wall clock says so",
    story: "wrong clock",
    build: (ports, bounds) => {
      const { clock } = ports;
      const now = (): Instant => ({ ...clock.now(), wallMs: 0 });
      return createCacheNode({ ...ports, clock: { ...clock, now } }, bounds);
    },
  },
  {
    rule: "a belief ends when the monotonic clock says so",
    story: "wrong clock",
    build: (ports, bounds) => {
      const { clock } = ports;
      const now = (): Instant => {
        const { wallMs } = clock.now();
        return { monotonicMs: wallMs, wallMs };
      };
      return createCacheNode({ ...ports, clock: { ...clock, now } }, bounds);
    },
  },
];
