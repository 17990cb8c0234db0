import { expect, it } from "vitest";
import { ManualClock } from "../../test/manual-clock.ts";
import type { Primary } from "../primary.ts";
import { StoreFault, type CacheStore } from "../store.ts";
import { systemEntropy } from "../system.ts";
import { createCacheNode, type CacheNode } from "./cache-node.ts";

const identity = { replid: "r", nonce: "n" };

/** A process whose authority names a store, and what its own store answers when it is asked. */
function setUp(read: CacheStore["read"]): CacheNode<undefined> {
  const listed = new Set<string>();
  const primary = {
    renew: (nodeId) =>
      Promise.resolve({
        authority: { epoch: 2n, ...identity, settled: true, onTimeline: true },
        isListed: nodeId !== undefined && listed.has(nodeId),
      }),
    joinNodes(nodeId) {
      listed.add(nodeId);
      return Promise.resolve();
    },
  } as Partial<Primary<undefined>> as Primary<undefined>;
  const store = {
    read,
    unfitness: () => Promise.resolve("not one to be adopted"),
  } as Partial<CacheStore> as CacheStore;
  const node = createCacheNode(
    { primary, store, clock: new ManualClock(), entropy: systemEntropy, emit: () => undefined },
    {
      leaseMs: 1000,
      acknowledgeTimeoutMs: 100,
      valueTtlMs: 60_000,
      absentTtlMs: 60_000,
      maxValueBytes: 1000,
      nearMaxBytes: 100_000,
      resolveAfterMs: 1000,
    },
  );
  node.membership.listen(true);
  return node;
}

it("a process whose store is the trusted one is in the list, and may use its memory, at once", async () => {
  const { lease, membership } = setUp(() => Promise.resolve({ kind: "answered", value: [] }));
  await lease.start();
  expect(membership.id).toBeDefined();
  expect(lease.allowsMemory()).toBe(true);
});

it.each<[string, CacheStore["read"]]>([
  ["hears another store", () => Promise.resolve({ kind: "stranger" })],
  ["cannot ask its store", () => Promise.reject(new StoreFault("no answer"))],
])("a process that %s is not in the list: writers would wait in vain", async (_name, read) => {
  const { lease, membership } = setUp(read);
  await lease.start();
  expect(lease.trust()).toBeDefined();
  expect(membership.id).toBeUndefined();
  expect(lease.allowsMemory()).toBe(false);
});
