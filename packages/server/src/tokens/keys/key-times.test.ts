import { expect, test } from "vitest";
import {
  isRotationDue,
  keyOverlapMs,
  planRetirement,
  planSuccession,
  signerOf,
  stateOf,
  verifiesUntil,
} from "./key-times.ts";
import type { KeyTimes } from "./key-times.ts";

const t0 = 1_800_000_000_000;
const dayMs = 86_400_000;
const key = (kid: string, activatesAt: number, retiredAt: number | null = null): KeyTimes => ({
  kid,
  activatesAt,
  retiredAt,
});

/** Two keys, of which the second takes over at `t0`. */
const before = key("before", t0 - dayMs, t0);
const after = key("after", t0);

test("V11.1.1 a key is next, active and retired, one after the other", () => {
  const short = key("short", t0, t0 + 10);
  expect([t0 - 1, t0, t0 + 9, t0 + 10].map((nowMs) => stateOf(short, nowMs))).toEqual([
    "next",
    "active",
    "active",
    "retired",
  ]);
});

test("V11.1.1 it signs from its activation to the millisecond of its retirement, and no two do", () => {
  for (const keys of [
    [before, after],
    [after, before],
  ]) {
    expect(signerOf(keys, t0 - 1)?.kid).toBe("before");
    expect(signerOf(keys, t0)?.kid).toBe("after");
    expect(signerOf(keys, t0 + 365 * dayMs)?.kid).toBe("after");
  }
});

test("where the clock is behind, the key that comes first signs", () => {
  expect(signerOf([key("second", t0 + 2), key("first", t0 + 1, t0 + 2)], t0)?.kid).toBe("first");
  expect(signerOf([key("over", t0 - 2, t0 - 1)], t0)).toBeUndefined();
});

test("JWT-18 it verifies for an hour and a minute after its retirement, the longest life of a token", () => {
  expect(verifiesUntil(before)).toBe(t0 + 3_660_000);
  expect(verifiesUntil(after)).toBe(Number.POSITIVE_INFINITY);
});

test("V11.1.1 the next key is published ten minutes before it signs, and only one waits", () => {
  expect(planSuccession([], t0)).toEqual({ kind: "first", activatesAt: t0 });
  expect(planSuccession([before, after], t0)).toEqual({
    kind: "follow",
    predecessor: "after",
    activatesAt: t0 + keyOverlapMs,
  });
  expect(planSuccession([before, after], t0 - 1)).toEqual({
    kind: "waiting",
    kid: "after",
    activatesAt: t0,
  });
  // The JWKS is kept for 5 minutes, and a node may be a minute late.
  expect(keyOverlapMs).toBeGreaterThan(6 * 60_000);
});

test.each([
  ["one just as old as allowed", [key("old", t0 - dayMs)], false],
  ["one older than that", [key("old", t0 - dayMs - 1)], true],
  [
    "an old one that is to be followed",
    [key("old", t0 - 2 * dayMs, t0 + 1), key("new", t0 + 1)],
    false,
  ],
  [
    "a young one behind an old one",
    [key("old", t0 - 2 * dayMs, t0 - 1), key("new", t0 - 1)],
    false,
  ],
  ["none", [], false],
] as const)("V13.3.4 is a rotation due after a day with %s: %j", (_, keys, isDue) => {
  expect(isRotationDue(keys, dayMs, t0)).toBe(isDue);
});

test.each([
  ["the only one", after, [], { kind: "replace" }],
  ["the active one behind a retired one", after, [before], { kind: "replace" }],
  ["a retired one", before, [after], { kind: "none" }],
] as const)("V11.1.1 who signs when a key is retired at once: %s", (_, gone, others, plan) => {
  expect(planRetirement(gone, others, t0)).toEqual(plan);
});

test.each([
  ["the active one while another waits", before, [after], { kind: "promote", kid: "after" }],
  ["the one that waits", after, [before], { kind: "continue", kid: "before" }],
  ["the one that waits for nobody", after, [], { kind: "replace" }],
  ["the active one whose next is gone", before, [], { kind: "replace" }],
] as const)(
  "V11.1.1 who signs when a key is retired before a change: %s",
  (_, gone, others, plan) => {
    expect(planRetirement(gone, others, t0 - 1)).toEqual(plan);
  },
);
