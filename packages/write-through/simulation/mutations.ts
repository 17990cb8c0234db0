import type { StoreContents, StoreState } from "../src/memory/store-state.ts";
import { DeadlineError } from "../src/errors.ts";
import type { Primary } from "../src/primary.ts";
import type { AuthorityLease } from "../src/protocol/authority-lease.ts";
import { Flights } from "../src/protocol/flights.ts";
import type { CacheStore, StoreIdentity } from "../src/store.ts";
import type { SimHandle } from "./sim-postgres.ts";

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

/** The protocol with one of its rules removed, to see that the simulator misses it. */
export interface Mutation {
  /** What is removed. */
  readonly rule: string;
  readonly store?: Partial<StoreMutation>;
  readonly primary?: (primary: Primary<SimHandle>) => Primary<SimHandle>;
  readonly lease?: (lease: AuthorityLease) => AuthorityLease;
  readonly flights?: () => Flights<string>;
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

/** The same object but for some methods; the rest run on the original, private fields and all. */
function overriding<T extends object>(original: T, overrides: Partial<T>): T {
  return new Proxy(original, {
    get(target, name) {
      const found: unknown = Reflect.get(name in overrides ? overrides : target, name);
      return typeof found === "function" ? (found.bind(target) as unknown) : found;
    },
  });
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
    rule: "a fence ends only when its transaction is over",
    primary: (primary) => overriding(primary, { isFenceOver: () => Promise.resolve(true) }),
  },
  {
    rule: "a writer holds the epoch",
    primary: (primary) =>
      overriding(primary, {
        begin: async (fence) =>
          overriding(await primary.begin(fence), { holdEpoch: () => Promise.resolve(true) }),
      }),
  },
  {
    rule: "a commit without an answer leaves its fence",
    primary: (primary) =>
      overriding(primary, {
        begin: async (fence) => {
          const transaction = await primary.begin(fence);
          return overriding(transaction, {
            commit: async () => {
              const outcome = await transaction.commit();
              if (outcome.kind !== "unknown") return outcome;
              return { kind: "rolled_back", error: new DeadlineError("taken for rolled back") };
            },
          });
        },
      }),
  },
  {
    rule: "the first write of an unsettled epoch waits",
    lease: (lease) => overriding(lease, { waitUntilSettled: () => Promise.resolve() }),
  },
  {
    rule: "a load that is under way is not shared",
    flights: () =>
      new (class extends Flights<string> {
        readonly #running = new Map<string, Promise<string>>();
        override join(key: string, load: () => Promise<string>): Promise<string> {
          const running = this.#running.get(key) ?? load();
          this.#running.set(key, running);
          const forget = (): boolean => this.#running.delete(key);
          running.then(forget, forget);
          return running;
        }
      })(),
  },
];
