import type { LimitStore } from "./limit-store.ts";
import { createMemoryCounters } from "./memory-counters.ts";

/**
 * Counts limits in the memory of this process: for a service that is one process. Counts are gone
 * when it ends, and of several processes each would allow the whole of every limit.
 *
 * Bounded at 50 000 counters, 40 MB; the least recently counted goes first.
 *
 * @example
 * ```ts
 * import { createMemoryLimitStore } from "@portcullis/server";
 *
 * const store = createMemoryLimitStore();
 * ```
 */
export function createMemoryLimitStore(): LimitStore {
  const counters = createMemoryCounters();
  return {
    decide: (decision) => decision(counters),
    start: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}
