import { randomUUID } from "node:crypto";
import { bounded } from "../options.ts";
import { openedTwice, type CacheStore, type StoreListener } from "../store.ts";
import { emptyContents, StoreState } from "./store-state.ts";

/** How much a store in this process may hold. */
export interface MemoryStoreOptions {
  /** Most values kept, 100 to 10 000 000, default 100 000; the least recently stored goes first. */
  readonly maxValues?: number;
  /** The time in ms, for tests; default `Date.now`. */
  readonly nowMs?: () => number;
}

/**
 * Keeps cached rows in this process: for a service that is one process and has no Redis. It answers
 * every step of the protocol as the Redis scripts do.
 *
 * @throws InvalidOptionsError when an option is out of its bounds.
 * @example
 * ```ts
 * import { createMemoryStore } from "@portcullis/write-through";
 *
 * const store = createMemoryStore({ maxValues: 10_000 });
 * ```
 */
export function createMemoryStore(options: MemoryStoreOptions = {}): CacheStore {
  const maxValues = bounded("maxValues", options.maxValues ?? 100_000, 100, 10_000_000);
  const contents = emptyContents(randomUUID());
  const state = new StoreState(contents, maxValues, options.nowMs ?? Date.now);
  let opened: StoreListener | undefined;
  return {
    read: (...args) => Promise.resolve(state.read(...args)),
    fill: (...args) => Promise.resolve(state.fill(...args)),
    fence: (...args) => Promise.resolve(state.fence(...args)),
    publish: (...args) => Promise.resolve(state.publish(...args)),
    unfence: (...args) => Promise.resolve(state.unfence(...args)),
    // The one process there is has nobody to send messages to, and hears all there are.
    acknowledge: () => Promise.resolve(),
    adopt: (nonce) => Promise.resolve(state.adopt(nonce)),
    sweep: () => Promise.resolve(),
    unfitness: () => Promise.resolve(undefined),
    open(listener) {
      if (opened !== undefined) return Promise.reject(openedTwice());
      opened = listener;
      listener.listening(true);
      return Promise.resolve();
    },
    close() {
      opened?.listening(false);
      opened = undefined;
      return Promise.resolve();
    },
  };
}
