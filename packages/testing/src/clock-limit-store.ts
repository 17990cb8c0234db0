import type { LimitStore } from "@portcullis/server";

type Counters = Parameters<Parameters<LimitStore["decide"]>[0]>[0];

interface Counter {
  count: number;
  readonly endsAtMs: number;
}

const countersMax = 10_000;

/** Counts limits in memory by the clock of a test. The store of a service goes by real time. */
export function createClockLimitStore(now: () => number): LimitStore {
  const kept = new Map<string, Counter>();

  function find(key: string): Counter | undefined {
    const counter = kept.get(key);
    return counter !== undefined && counter.endsAtMs > now() ? counter : undefined;
  }

  async function set(key: string, count: number, ttlSeconds: number): Promise<void> {
    kept.delete(key);
    kept.set(key, { count, endsAtMs: now() + ttlSeconds * 1000 });
    const [oldest] = kept.keys();
    if (kept.size > countersMax && oldest !== undefined) kept.delete(oldest);
  }

  async function read(key: string): ReturnType<Counters["read"]> {
    const counter = find(key);
    if (counter === undefined) return { count: 0, endsInMs: 0 };
    return { count: counter.count, endsInMs: counter.endsAtMs - now() };
  }

  const counters: Counters = {
    read,
    set,
    keep: set,
    async increment(key, ttlSeconds) {
      const counter = find(key);
      if (counter === undefined) await set(key, 1, ttlSeconds);
      else counter.count += 1;
      return read(key);
    },
    async decrement(key) {
      const counter = find(key);
      if (counter !== undefined) counter.count -= 1;
    },
    async remove(key) {
      kept.delete(key);
    },
  };

  return {
    decide: (decision) => decision(counters),
    start: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}
