import type { Counters } from "./counters.ts";

/**
 * Where limits are counted. Made by `createRedisLimitStore` or `createMemoryLimitStore`, and used by
 * one auth, which starts and closes it.
 */
export interface LimitStore {
  /**
   * Runs a decision on the store's counters. Never fails because the store is away: the decision is
   * then made again on counters in this process's memory.
   */
  decide<Outcome>(decision: (counters: Counters) => Promise<Outcome>): Promise<Outcome>;
  /** @param onUnavailable Told of each decision that the store could not make. */
  start(onUnavailable: (error: unknown) => void): Promise<void>;
  close(): Promise<void>;
}
