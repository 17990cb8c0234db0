import { describe, expect, it } from "vitest";
import { Arrivals } from "./arrivals.ts";

function takeAll(arrivals: Arrivals, nowMs: number): number[] {
  const taken: number[] = [];
  for (;;) {
    const dueAtMs = arrivals.takeDue(nowMs);
    if (dueAtMs === undefined) return taken;
    taken.push(dueAtMs);
  }
}

describe("the arrivals of an open loop", () => {
  it("are due at fixed moments, from the first one on", () => {
    expect(takeAll(new Arrivals(1000, 0.05, 100), 2000)).toEqual([1000, 1010, 1020, 1030, 1040]);
  });

  it("are given when they are due, all those that a late look finds at once", () => {
    const arrivals = new Arrivals(1000, 0.05, 100);
    expect(takeAll(arrivals, 999)).toEqual([]);
    expect(takeAll(arrivals, 1000)).toEqual([1000]);
    expect(arrivals.nextDueAtMs).toBe(1010);
    expect(takeAll(arrivals, 1035)).toEqual([1010, 1020, 1030]);
    expect(takeAll(arrivals, 1035)).toEqual([]);
    expect(takeAll(arrivals, 1040)).toEqual([1040]);
    expect(arrivals.nextDueAtMs).toBeUndefined();
  });

  it("do not drift at a rate that is no part of a second", () => {
    const taken = takeAll(new Arrivals(0, 3600, 7), 3_600_000);
    expect(taken).toHaveLength(7 * 3600);
    expect(taken[7 * 3599]).toBe(3_599_000);
  });

  it("are as many as the rate says, whatever the fractions", () => {
    for (const [seconds, rate, total] of [
      [0.1 + 0.2, 10, 3],
      [1.1, 100, 110],
      [2.5, 1, 3],
    ] as const) {
      expect(takeAll(new Arrivals(123.456, seconds, rate), 1e9)).toHaveLength(total);
    }
  });
});
