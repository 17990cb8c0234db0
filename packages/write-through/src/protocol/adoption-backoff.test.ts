import { describe, expect, it } from "vitest";
import { AdoptionBackoff } from "./adoption-backoff.ts";

/** How long after a try at `nowMs` the next one is refused. */
function waitAfter(backoff: AdoptionBackoff, nowMs: number): number {
  backoff.tried(nowMs, 1);
  let waitMs = 0;
  while (!backoff.mayTry(nowMs + waitMs)) waitMs += 1;
  return waitMs;
}

describe("adoption back-off", () => {
  it("lets two tries pass, then doubles up to eight leases", () => {
    const backoff = new AdoptionBackoff(1000);
    expect(backoff.mayTry(0)).toBe(true);
    const waits: number[] = [];
    let nowMs = 0;
    for (let index = 0; index < 10; index += 1) {
      const waitMs = waitAfter(backoff, nowMs);
      waits.push(waitMs);
      nowMs += waitMs;
    }
    expect(waits).toEqual([0, 125, 250, 500, 1000, 2000, 4000, 8000, 8000, 8000]);
  });

  it("starts anew after a long quiet time", () => {
    const backoff = new AdoptionBackoff(1000);
    for (let nowMs = 0; nowMs < 5; nowMs += 1) backoff.tried(nowMs, 1);
    expect(waitAfter(backoff, 20_000)).toBe(0);
  });

  it("halves a wait at the most by jitter", () => {
    const backoff = new AdoptionBackoff(1000);
    backoff.tried(0, 0);
    backoff.tried(0, 0);
    expect(backoff.mayTry(62)).toBe(false);
    expect(backoff.mayTry(63)).toBe(true);
  });
});
