import { expect, it } from "vitest";
import type { Clock } from "../clock.ts";
import { emptyContents, StoreState } from "../memory/store-state.ts";
import type { Primary } from "../primary.ts";
import type { CacheStore } from "../store.ts";
import { systemEntropy } from "../system.ts";
import { AuthorityLease } from "./authority-lease.ts";
import type { CacheNode, Row } from "./cache-node.ts";
import { Flights } from "./flights.ts";
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
    readAuthority: () =>
      Promise.resolve({ epoch: 2n, ...identity, settled: true, onTimeline: true }),
    load: (query) => query(undefined),
  } as Primary<undefined>;
  const emit = (): void => undefined;
  const lease = new AuthorityLease({
    primary,
    store,
    clock,
    entropy: systemEntropy,
    leaseMs,
    emit,
  });
  const node: CacheNode<undefined> = {
    primary,
    store,
    entropy: systemEntropy,
    lease,
    flights: new Flights(),
    resolving: new Set(),
    valueTtlMs: 60_000,
    absentTtlMs: 60_000,
    maxValueBytes: 1000,
    resolveAfterMs: 1000,
    emit,
  };
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
  await lease.start();
  expect(lease.trust()).toBeDefined();
  expect(await readRows(node, [row])).toEqual(["new"]);
});
