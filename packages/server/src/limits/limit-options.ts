import type { LimitStore } from "./limit-store.ts";
import { createMemoryLimitStore } from "./memory-limit-store.ts";
import { wholeNumber } from "../whole-number.ts";

/** How calls are limited. `docs/limits.md` lists the limits. */
export interface LimitOptions {
  /**
   * Where calls are counted. Default `createMemoryLimitStore()`, for a service that is one process;
   * several share a `createRedisLimitStore({ url })`. Serves one auth, which starts and closes it.
   */
  readonly store?: LimitStore;
  /**
   * Allows so many times as much in every limit, for load tests and tests. Default 1, the only value
   * for a service that strangers reach; 1 to 1000.
   */
  readonly scale?: number;
}

/** The options with their defaults, checked. */
export interface LimitSettings {
  readonly store: LimitStore;
  readonly scale: number;
}

/** @throws InvalidAuthOptionsError */
export function resolveLimits(options: LimitOptions = {}): LimitSettings {
  return {
    store: options.store ?? createMemoryLimitStore(),
    scale: wholeNumber("limits.scale", options.scale ?? 1, [1, 1000]),
  };
}
