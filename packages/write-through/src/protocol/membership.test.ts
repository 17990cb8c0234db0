import { beforeEach, describe, expect, it } from "vitest";
import { ManualClock, settle } from "../../test/manual-clock.ts";
import type { CacheEvent } from "../cache-event.ts";
import { NearCache } from "../near/near-cache.ts";
import type { ListedNode, Primary } from "../primary.ts";
import { Membership } from "./membership.ts";

const leaseMs = 1000;

let clock: ManualClock;
let near: NearCache;
let events: CacheEvent[];
let membership: Membership;
/** The list, as Postgres has it. */
let listed: Map<string, ListedNode>;
/** What Postgres waits for before it answers. */
let answer: Promise<void>;

beforeEach(() => {
  clock = new ManualClock();
  near = new NearCache(100_000);
  events = [];
  listed = new Map();
  answer = Promise.resolve();
  let ids = 0;
  const primary = {
    async joinNodes(nodeId, formerIds) {
      for (const id of formerIds) listed.delete(id);
      listed.set(nodeId, { id: nodeId, eviction: null });
      await answer;
    },
    async removeNodes(nodeIds) {
      await answer;
      for (const id of nodeIds) listed.delete(id);
    },
    evictNodes(nodeIds, mark) {
      const evicted = nodeIds.flatMap((id) => listed.get(id) ?? []);
      for (const { id, eviction } of evicted) listed.set(id, { id, eviction: eviction ?? mark });
      return Promise.resolve(nodeIds.flatMap((id) => listed.get(id) ?? []));
    },
    removeEvicted(marks) {
      for (const { id, eviction } of listed.values()) {
        if (eviction !== null && marks.includes(eviction)) listed.delete(id);
      }
      return Promise.resolve();
    },
    listNodes: () => Promise.resolve([...listed.values()]),
  } as Partial<Primary<unknown>> as Primary<unknown>;
  membership = new Membership({
    primary,
    near,
    clock,
    entropy: {
      token: () => `own-${(ids += 1)}`,
      fence: () => "1",
      fraction: () => 1,
    },
    leaseMs,
    emit: (event) => events.push(event),
  });
  membership.listen(true);
});

function keepRow(): void {
  const ticket = near.begin("post:1");
  near.insert(ticket, "v1", 10);
  near.end(ticket);
}

function list(id: string, eviction: string | null = null): void {
  listed.set(id, { id, eviction });
}

describe("joining", () => {
  it("empties the memory after the row is there, and only then has an id", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    answer = promise;
    const joining = membership.join();
    await settle();
    keepRow();
    expect([...listed.keys()]).toEqual(["own-1"]);
    expect(membership.id).toBeUndefined();
    expect(membership.acknowledgesAs).toBe("own-1");
    resolve();
    await joining;
    expect(membership.id).toBe("own-1");
    expect(near.size).toBe(0);
  });

  it("is done once, however often it is asked for", async () => {
    await Promise.all([membership.join(), membership.join()]);
    await membership.join();
    expect([...listed.keys()]).toEqual(["own-1"]);
  });

  it("is not done by a process that hears no messages", async () => {
    membership.listen(false);
    await membership.join();
    expect(listed.size).toBe(0);
    expect(membership.mayJoin()).toBe(false);
  });

  it("is undone when the messages stop while Postgres is asked", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    answer = promise;
    const joining = membership.join();
    await settle();
    membership.listen(false);
    resolve();
    await joining;
    await settle();
    expect(membership.id).toBeUndefined();
    expect(listed.size).toBe(0);
  });

  it("that was not answered is cleaned up by the next one", async () => {
    answer = Promise.reject(new Error("no answer"));
    await expect(membership.join()).rejects.toThrow("no answer");
    expect(membership.id).toBeUndefined();
    expect(membership.acknowledgesAs).toBeUndefined();
    answer = Promise.resolve();
    await membership.join();
    expect(membership.id).toBeUndefined();
    await clock.advance(leaseMs);
    await membership.join();
    expect([...listed.keys()]).toEqual(["own-2"]);
  });

  it("is undone by a departure that was asked for while it was under way", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    answer = promise;
    const joining = membership.join();
    await settle();
    const leaving = membership.leave();
    resolve();
    await Promise.all([joining, leaving]);
    expect(membership.id).toBeUndefined();
    expect(listed.size).toBe(0);
  });

  it("waits until it is known what became of a hundred others", async () => {
    for (let failures = 0; failures < 100; failures += 1) {
      answer = Promise.reject(new Error("no answer"));
      await expect(membership.join()).rejects.toThrow("no answer");
      await clock.advance(8 * leaseMs);
    }
    answer = Promise.resolve();
    await membership.join();
    expect([membership.id, listed.size]).toEqual([undefined, 0]);
    await membership.join();
    expect(listed.size).toBe(1);
  });
});

describe("leaving", () => {
  it("empties the memory before the row goes", async () => {
    await membership.join();
    keepRow();
    const leaving = membership.leave();
    expect(near.size).toBe(0);
    expect(membership.id).toBeUndefined();
    expect(listed.has("own-1")).toBe(true);
    await leaving;
    expect(listed.size).toBe(0);
  });

  it("that Postgres did not carry out is reported, and made good by the next join", async () => {
    await membership.join();
    const fault = new Error("Postgres is away");
    answer = Promise.reject(fault);
    await membership.leave();
    expect(events).toEqual([{ kind: "joined" }, { kind: "leave_failed", error: fault }]);
    answer = Promise.resolve();
    await membership.join();
    expect([...listed.keys()]).toEqual(["own-2"]);
  });
});

describe("an eviction of this process", () => {
  it("empties its memory, takes its row out and keeps it out for a lease", async () => {
    await membership.join();
    keepRow();
    membership.evicted("own-1");
    expect(near.size).toBe(0);
    expect(events).toEqual([{ kind: "joined" }, { kind: "left", why: "evicted" }]);
    await settle();
    expect(listed.size).toBe(0);
    await clock.advance(leaseMs - 1);
    expect(membership.mayJoin()).toBe(false);
    await clock.advance(1);
    await membership.join();
    expect([...listed.keys()]).toEqual(["own-2"]);
  });

  it("under an id it has left behind is nothing to it", async () => {
    await membership.join();
    keepRow();
    membership.evicted("own-0");
    membership.evicted(undefined);
    expect(membership.id).toBe("own-1");
    expect(near.size).toBe(1);
  });
});

describe("those a writer must hear from", () => {
  it("are all in the list but itself, under its id or one it had", async () => {
    await membership.join();
    membership.evicted("own-1");
    list("own-1");
    list("a");
    list("b");
    expect(membership.othersIn([...listed.values()])).toEqual(["a", "b"]);
  });

  it("include one that was evicted, until a lease after it was first seen so", async () => {
    list("a", "mark");
    expect(membership.othersIn([...listed.values()])).toEqual(["a"]);
    await clock.advance(leaseMs - 1);
    expect(membership.othersIn([...listed.values()])).toEqual(["a"]);
    await clock.advance(1);
    expect(membership.othersIn([...listed.values()])).toEqual([]);
  });
});

describe("evicting others", () => {
  it("waits a lease from the answer, and then takes them out of the list", async () => {
    list("dead");
    let isOver = false;
    const evicting = membership.evict(["dead"]).finally(() => (isOver = true));
    await settle();
    expect(events).toEqual([{ kind: "evicted", nodes: 1 }]);
    for (let waitedMs = 0; waitedMs < leaseMs; waitedMs += leaseMs / 8) {
      expect(isOver).toBe(false);
      expect(listed.get("dead")).toEqual({ id: "dead", eviction: "own-1" });
      await clock.advance(leaseMs / 8);
    }
    await evicting;
    expect(listed.size).toBe(0);
  });

  it("ends as soon as they have left by themselves", async () => {
    list("alive");
    const evicting = membership.evict(["alive"]);
    await settle();
    listed.delete("alive");
    await clock.advance(leaseMs / 8);
    await expect(evicting).resolves.toBeUndefined();
  });

  it("waits only for the rest of the lease of one that was seen evicted before", async () => {
    list("dead", "mark");
    membership.othersIn([...listed.values()]);
    await clock.advance(leaseMs - 10);
    const evicting = membership.evict(["dead"]);
    await settle();
    expect(listed.has("dead")).toBe(true);
    await clock.advance(10);
    await evicting;
    expect(listed.size).toBe(0);
  });

  it("waits a whole lease again for one whose earlier eviction Postgres has lost", async () => {
    list("silent", "mark");
    membership.othersIn([...listed.values()]);
    await clock.advance(leaseMs);
    list("silent");
    const evicting = membership.evict(["silent"]);
    await settle();
    for (let waitedMs = 0; waitedMs < leaseMs; waitedMs += leaseMs / 8) {
      expect(listed.has("silent")).toBe(true);
      await clock.advance(leaseMs / 8);
    }
    await evicting;
    expect(listed.size).toBe(0);
  });

  it("leaves in the list who goes on, since Postgres has lost the eviction", async () => {
    list("silent");
    const evicting = membership.evict(["silent"]);
    await settle();
    list("silent");
    await clock.advance(leaseMs);
    await evicting;
    expect(listed.has("silent")).toBe(true);
  });
});
