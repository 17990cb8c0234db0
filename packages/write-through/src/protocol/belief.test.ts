import { describe, expect, it } from "vitest";
import type { Instant } from "../clock.ts";
import { identityOf, isValid, renewed, unsettledMs, type Authority } from "./belief.ts";

const leaseMs = 5000;
const at = (monotonicMs: number, wallMs = monotonicMs): Instant => ({ monotonicMs, wallMs });
const authority: Authority = {
  epoch: 7n,
  replid: "r",
  nonce: "n",
  settled: true,
  onTimeline: true,
};

describe("a belief", () => {
  it("is valid from before the question, for less than a lease", () => {
    const belief = renewed(undefined, authority, at(1000), at(1400), leaseMs);
    expect(isValid(belief, leaseMs, at(5949))).toBe(true);
    expect(isValid(belief, leaseMs, at(5950))).toBe(false);
  });

  it("ends when the wall clock says so, for a machine that was suspended", () => {
    const belief = renewed(undefined, authority, at(1000), at(1000), leaseMs);
    expect(isValid(belief, leaseMs, at(1001, 7000))).toBe(false);
  });

  it("ends by the monotonic clock when the wall clock was set back", () => {
    const belief = renewed(undefined, authority, at(1000), at(1000), leaseMs);
    expect(isValid(belief, leaseMs, at(7000, -90_000))).toBe(false);
  });

  it("is kept alive, and known as long as before, by an answer of the same epoch", () => {
    const first = renewed(undefined, authority, at(1000), at(1400), leaseMs);
    const second = renewed(first, authority, at(3000), at(3100), leaseMs);
    expect(second.knownSinceMs).toBe(1400);
    expect(isValid(second, leaseMs, at(7900))).toBe(true);
  });

  it("is known anew from after the answer when the epoch changes", () => {
    const first = renewed(undefined, authority, at(1000), at(1400), leaseMs);
    const second = renewed(first, { ...authority, epoch: 8n }, at(3000), at(3100), leaseMs);
    expect(second).toMatchObject({ authority: { epoch: 8n }, knownSinceMs: 3100 });
  });

  it("is another one when only the nonce differs, after a failover that lost an adoption", () => {
    const first = renewed(undefined, authority, at(1000), at(1400), leaseMs);
    const second = renewed(first, { ...authority, nonce: "m" }, at(3000), at(3100), leaseMs);
    expect(second).toMatchObject({ authority: { nonce: "m" }, knownSinceMs: 3100 });
  });

  it("gives way to a lower epoch once it is over, after a failover that lost the higher", () => {
    const first = renewed(undefined, authority, at(1000), at(1400), leaseMs);
    const lower = { ...authority, epoch: 6n };
    expect(renewed(first, lower, at(7000), at(7100), leaseMs)).toMatchObject({
      authority: { epoch: 6n },
      knownSinceMs: 7100,
    });
  });

  it("ignores an answer of a lower epoch, and is not prolonged by it", () => {
    const first = renewed(undefined, authority, at(1000), at(1400), leaseMs);
    expect(renewed(first, { ...authority, epoch: 6n }, at(3000), at(3100), leaseMs)).toBe(first);
  });
});

describe("a writer's wait", () => {
  it("is none in a settled epoch", () => {
    expect(
      unsettledMs(renewed(undefined, authority, at(0), at(10), leaseMs), leaseMs, at(11)),
    ).toBe(0);
  });

  it("is the rest of a lease since an unsettled epoch was known, by the monotonic clock alone", () => {
    const unsettled = { ...authority, settled: false };
    const belief = renewed(undefined, unsettled, at(0), at(10), leaseMs);
    expect(unsettledMs(belief, leaseMs, at(1010, 99_999))).toBe(4000);
    expect(unsettledMs(belief, leaseMs, at(5010))).toBe(0);
  });
});

describe("the trusted store", () => {
  it("is none without a nonce, or after Postgres went to another timeline", () => {
    expect(identityOf(authority)).toEqual({ replid: "r", nonce: "n" });
    expect(identityOf({ ...authority, nonce: null, replid: null })).toBeUndefined();
    expect(identityOf({ ...authority, onTimeline: false })).toBeUndefined();
  });
});
