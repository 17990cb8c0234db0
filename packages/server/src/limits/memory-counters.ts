import QuickLru from "quick-lru";
import { RateLimiterMemory } from "rate-limiter-flexible";
import { createCounters, limiterBasics } from "./counters.ts";
import type { Counters } from "./counters.ts";

/** Most counters; about 0.8 kB each. */
export const memoryCountersMax = 50_000;

/** A timer of Node fires at once when it is longer. */
const longestTimerSeconds = Math.floor((2 ** 31 - 1) / 1000);

/**
 * Counters in the memory of this process. RateLimiterMemory keeps each one until its time is over,
 * however many there are; here the least recently counted goes when there are too many.
 */
export function createMemoryCounters(): Counters {
  const limiter = new RateLimiterMemory({ ...limiterBasics, keyPrefix: "" });
  const counters = createCounters(limiter);
  // quick-lru keeps up to twice its size.
  const keys = new QuickLru<string, true>({
    maxSize: memoryCountersMax / 2,
    onEviction: (key) => void counters.remove(key),
  });
  const use = (key: string): void => {
    // get() moves a key that is there; set() would leave a copy behind that goes as if it were old.
    if (keys.get(key) === undefined) keys.set(key, true);
  };
  const set = (key: string, count: number, ttlSeconds: number): Promise<void> => {
    use(key);
    return counters.set(key, count, Math.min(ttlSeconds, longestTimerSeconds));
  };
  return {
    ...counters,
    increment(key, ttlSeconds) {
      use(key);
      return counters.increment(key, ttlSeconds);
    },
    set,
    keep: set,
  };
}
