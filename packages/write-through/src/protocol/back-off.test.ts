import { describe, expect, it } from "vitest";
import { adoptionBackOff, rejoiningBackOff, type BackOff } from "./back-off.ts";

/** How long after a try at `nowMs` the next one is refused. */
function waitAfter(backOff: BackOff, nowMs: number): number {
  backOff.tried(nowMs, 1);
  let waitMs = 0;
  while (!backOff.mayTry(nowMs + waitMs)) waitMs += 1;
  return waitMs;
}

/** The waits after tries that each come as soon as they may. */
function waitsOf(backOff: BackOff, tries: number): number[] {
  const waits: number[] = [];
  let nowMs = 0;
  for (let index = 0; index < tries; index += 1) {
    const waitMs = waitAfter(backOff, nowMs);
    waits.push(waitMs);
    nowMs += waitMs;
  }
  return waits;
}

describe("back-off", () => {
  it("lets two adoptions pass, then doubles up to eight leases", () => {
    const backOff = adoptionBackOff(1000);
    expect(backOff.mayTry(0)).toBe(true);
    expect(waitsOf(backOff, 10)).toEqual([0, 125, 250, 500, 1000, 2000, 4000, 8000, 8000, 8000]);
  });

  it("keeps an evicted process out for a lease, then for twice as long up to eight", () => {
    const backOff = rejoiningBackOff(1000);
    expect(backOff.mayTry(0)).toBe(true);
    expect(waitsOf(backOff, 6)).toEqual([1000, 2000, 4000, 8000, 8000, 8000]);
  });

  it("starts anew after a long quiet time", () => {
    const backOff = adoptionBackOff(1000);
    for (let nowMs = 0; nowMs < 5; nowMs += 1) backOff.tried(nowMs, 1);
    expect(waitAfter(backOff, 20_000)).toBe(0);
  });

  it("halves a wait at the most by jitter", () => {
    const backOff = adoptionBackOff(1000);
    backOff.tried(0, 0);
    backOff.tried(0, 0);
    expect(backOff.mayTry(62)).toBe(false);
    expect(backOff.mayTry(63)).toBe(true);
  });
});
