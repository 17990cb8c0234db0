import type { CacheEvent } from "@portcullis/write-through";
import type { RecentEvent } from "../contract.ts";

export const maxRecentEvents = 50;

/** What has happened in the cache lately, without what it happened to. */
export interface RecentEvents {
  readonly note: (event: CacheEvent) => void;
  /** The newest last. */
  readonly list: () => readonly RecentEvent[];
}

/** @param now milliseconds since 1970. */
export function createRecentEvents(now: () => number): RecentEvents {
  const recent: RecentEvent[] = [];
  return {
    note({ kind }) {
      const last = recent.at(-1);
      // One cause makes many of a kind: they must not push out what came before.
      const isAgain = last?.kind === kind;
      if (isAgain) recent.pop();
      recent.push({ at: new Date(now()).toISOString(), kind, count: isAgain ? last.count + 1 : 1 });
      if (recent.length > maxRecentEvents) recent.shift();
    },
    list: () => [...recent],
  };
}
