import { expect, it } from "vitest";
import type { CacheEvent } from "../cache-event.ts";
import { systemEntropy } from "../system.ts";
import { Auditor, type CachedValue } from "./auditor.ts";

const row = { table: "post", id: "p1" };

interface World {
  readonly auditor: Auditor<typeof row>;
  readonly events: CacheEvent[];
  readonly cached: (CachedValue | undefined)[];
  readonly primary: (() => Promise<unknown>)[];
}

/** An auditor that finds, in order, what the test has put there. */
function setUp(fraction: number, chance = 0): World {
  const events: CacheEvent[] = [];
  const cached: (CachedValue | undefined)[] = [];
  const primary: (() => Promise<unknown>)[] = [];
  const auditor = new Auditor<typeof row>({
    fraction,
    readCached: () => Promise.resolve(cached.shift()),
    readPrimary: () => primary.shift()?.() ?? Promise.reject(new Error("asked too often")),
    entropy: { ...systemEntropy, fraction: () => chance },
    emit: (event) => events.push(event),
  });
  return { auditor, events, cached, primary };
}

const says = (value: unknown) => () => Promise.resolve(value);

it("asks nobody when it is off, and only for its part of the reads when it is on", async () => {
  for (const { auditor, events } of [setUp(0), setUp(0.2, 0.2)]) {
    auditor.sample(row, "v1", "near");
    await auditor.idle();
    expect(auditor.counters).toEqual({ audited: 0, differences: 0, skipped: 0 });
    expect(events).toEqual([]);
  }
});

it("reports a row that stays different by its name, and never by its value", async () => {
  const { auditor, events, cached, primary } = setUp(1);
  primary.push(says("v2"), says("v2"), says("v2"));
  cached.push({ value: "v1" }, { value: "v1" });
  auditor.sample(row, "v1", "store");
  await auditor.idle();
  expect(events).toEqual([{ kind: "audit_difference", table: "post", id: "p1", source: "store" }]);
  expect(auditor.counters).toEqual({ audited: 1, differences: 1, skipped: 0 });
});

it("accuses nobody of a row that the cache does not have any more", async () => {
  const { auditor, events, cached, primary } = setUp(1);
  primary.push(says("v2"));
  cached.push(undefined);
  auditor.sample(row, "v1", "near");
  await auditor.idle();
  expect(events).toEqual([]);
  expect(auditor.counters).toEqual({ audited: 1, differences: 0, skipped: 0 });
});

it("skips and counts what is read while an audit is under way", async () => {
  const { auditor, primary } = setUp(1);
  const { promise, resolve } = Promise.withResolvers<string>();
  primary.push(() => promise);
  for (let read = 0; read < 3; read += 1) auditor.sample(row, "v1", "near");
  resolve("v1");
  await auditor.idle();
  expect(auditor.counters).toEqual({ audited: 1, differences: 0, skipped: 2 });
});

it("keeps a fault to itself, and audits on", async () => {
  const { auditor, events, primary } = setUp(1);
  const fault = new Error("Postgres is away");
  primary.push(() => Promise.reject(fault), says("v1"));
  auditor.sample(row, "v1", "near");
  await auditor.idle();
  auditor.sample(row, "v1", "near");
  await auditor.idle();
  expect(events).toEqual([{ kind: "audit_failed", table: "post", id: "p1", error: fault }]);
  expect(auditor.counters).toEqual({ audited: 1, differences: 0, skipped: 0 });
});
