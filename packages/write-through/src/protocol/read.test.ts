import { expect, it } from "vitest";
import type { Clock } from "../clock.ts";
import { emptyContents, StoreState } from "../memory/store-state.ts";
import type { Primary } from "../primary.ts";
import type { CacheStore } from "../store.ts";
import { systemEntropy } from "../system.ts";
import { createCacheNode, type Row } from "./cache-node.ts";
import { readRows } from "./read.ts";

const leaseMs = 1000;

// Too rare for random stories: the process must stand still just while the answer is under way, for
// longer than a lease, and another one must have moved on to another store and written meanwhile.
it("a hit that arrives when the belief is over is not returned", async () => {
  let nowMs = 0;
  const clock: Clock = {
    now: () => ({ monotonicMs: nowMs, wallMs: nowMs }),
    sleep: () => new Promise(() => undefined),
  };
  const identity = { replid: "r", nonce: "n" };
  const contents = { ...emptyContents("r"), marker: "n" };
  const state = new StoreState(contents, 100, () => nowMs);
  const store = {
    read: (...args: Parameters<CacheStore["read"]>) => {
      const reply = state.read(...args);
      // The process is suspended from here on, and goes on when its lease is long over.
      if (args[1].length > 0) nowMs += 2 * leaseMs;
      return Promise.resolve(reply);
    },
  } as CacheStore;
  const primary = {
    renew: () =>
      Promise.resolve({
        authority: { epoch: 2n, ...identity, settled: true, onTimeline: true },
        isListed: false,
      }),
    load: (query) => query(undefined),
  } as Partial<Primary<undefined>> as Primary<undefined>;
  const ports = { primary, store, clock, entropy: systemEntropy, emit: () => undefined };
  const node = createCacheNode(ports, {
    leaseMs,
    acknowledgeTimeoutMs: 100,
    valueTtlMs: 60_000,
    absentTtlMs: 60_000,
    maxValueBytes: 1000,
    nearMaxBytes: 0,
    resolveAfterMs: 1000,
  });
  const row: Row<undefined> = {
    key: "post:1",
    table: "post",
    id: "1",
    schema: { parse: String },
    load: () => Promise.resolve("new"),
  };
  state.read(identity, ["post:1"], "token");
  const old = JSON.stringify({ key: "post:1", value: "old" });
  const filled: Parameters<CacheStore["fill"]> = [identity, "post:1", "token", old, 60_000];
  expect(state.fill(...filled)).toMatchObject({ value: "accepted" });
  await node.lease.start();
  expect(node.lease.trust()).toBeDefined();
  expect(await readRows(node, [row])).toEqual(["new"]);
});
