import type { RateLimiterAbstract } from "rate-limiter-flexible";

/** A counter now. One that is not there, or is over, has a count and a time of 0. */
export interface Count {
  readonly count: number;
  /** Until the counter is over, in milliseconds. */
  readonly endsInMs: number;
}

/** Counters that end by themselves. Each step is atomic, over all processes that share them. */
export interface Counters {
  /** Adds one. A counter begins with it, and its time is not changed by later ones. */
  increment(key: string, ttlSeconds: number): Promise<Count>;
  /** Takes one away again. */
  decrement(key: string): Promise<void>;
  read(key: string): Promise<Count>;
  /** Sets the count, and the time anew. */
  set(key: string, count: number, ttlSeconds: number): Promise<void>;
  /** The same for what this process is to know even while the store that it shares is away. */
  keep(key: string, count: number, ttlSeconds: number): Promise<void>;
  remove(key: string): Promise<void>;
}

const absent: Count = { count: 0, endsInMs: 0 };

/**
 * Counters kept by rate-limiter-flexible. It only counts here; what a count means is decided in one
 * place for all stores.
 */
export function createCounters(limiter: RateLimiterAbstract): Counters {
  const set = async (key: string, count: number, ttlSeconds: number): Promise<void> => {
    await limiter.set(key, count, ttlSeconds);
  };
  return {
    async increment(key, ttlSeconds) {
      const result = await limiter.penalty(key, 1, { customDuration: ttlSeconds });
      return { count: result.consumedPoints, endsInMs: result.msBeforeNext };
    },
    async decrement(key) {
      // Of a counter that is over this leaves -1, which must not become a try too many later on.
      await limiter.reward(key, 1, { customDuration: 1 });
    },
    async read(key) {
      const result = await limiter.get(key);
      if (result === null || result.msBeforeNext <= 0) return absent;
      return { count: result.consumedPoints, endsInMs: result.msBeforeNext };
    },
    set,
    keep: set,
    async remove(key) {
      await limiter.delete(key);
    },
  };
}

/** A counter that is over sooner is left alone: its next window must not begin below zero. */
const giveBackMarginMs = 1000;

/** Whether a counter goes on for long enough that what was read of it can be acted on. */
export function goesOn({ count, endsInMs }: Count): boolean {
  return count > 0 && endsInMs > giveBackMarginMs;
}

/** Takes one away from a counter that goes on. */
export async function giveBack(counters: Counters, key: string): Promise<void> {
  if (goesOn(await counters.read(key))) await counters.decrement(key);
}

/** What the library must be told of any limiter; {@link Counters} never asks it whether a count is too high. */
export const limiterBasics = { points: 1, duration: 1 } as const;
