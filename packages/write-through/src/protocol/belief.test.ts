import { describe, expect, it } from "vitest";
import type { Instant } from "../clock.ts";
import { isValid, renewed, unsettledMs, type Authority, type Belief } from "./belief.ts";

const leaseMs = 5000;
const at = (monotonicMs: number, wallMs = monotonicMs): Instant => ({ monotonicMs, wallMs });
const authority: Authority = {
  epoch: 7n,
  replid: "r",
  nonce: "n",
  settled: true,
  onTimeline: true,
};

function heard(
  belief: Belief | undefined,
  told: Authority,
  askedAt: Instant,
  answeredAt: Instant,
): Belief {
  const answer = { authority: told, listedAs: undefined, askedAt, answeredAt };
  return renewed(belief, answer);
}

describe("a belief", () => {
  it("is valid from before the question, for less than a lease", () => {
    const belief = heard(undefined, authority, at(1000), at(1400));
    expect(isValid(belief, leaseMs, at(5949))).toBe(true);
    expect(isValid(belief, leaseMs, at(5950))).toBe(false);
  });

  it("ends when the wall clock says so, for a machine that was suspended", () => {
    const belief = heard(undefined, authority, at(1000), at(1000));
    expect(isValid(belief, leaseMs, at(1001, 7000))).toBe(false);
  });

  it("ends by the monotonic clock when the wall clock was set back", () => {
    const belief = heard(undefined, authority, at(1000), at(1000));
    expect(isValid(belief, leaseMs, at(7000, -90_000))).toBe(false);
  });

  it("is kept alive, and known as long as before, by an answer of the same epoch", () => {
    const first = heard(undefined, authority, at(1000), at(1400));
    const second = heard(first, authority, at(3000), at(3100));
    expect(second.knownSinceMs).toBe(1400);
    expect(isValid(second, leaseMs, at(7900))).toBe(true);
  });

  it("is known anew from after the answer when the epoch changes", () => {
    const first = heard(undefined, authority, at(1000), at(1400));
    const second = heard(first, { ...authority, epoch: 8n }, at(3000), at(3100));
    expect(second).toMatchObject({ authority: { epoch: 8n }, knownSinceMs: 3100 });
  });

  it("is another one when only the nonce differs, after a failover that lost an adoption", () => {
    const first = heard(undefined, authority, at(1000), at(1400));
    const second = heard(first, { ...authority, nonce: "m" }, at(3000), at(3100));
    expect(second).toMatchObject({ authority: { nonce: "m" }, knownSinceMs: 3100 });
  });

  it("gives way to a lower epoch at once, after a failover that lost the higher", () => {
    const first = heard(undefined, authority, at(1000), at(1400));
    const lower = { ...authority, epoch: 6n };
    expect(heard(first, lower, at(3000), at(3100))).toMatchObject({
      authority: { epoch: 6n },
      knownSinceMs: 3100,
    });
  });
});

describe("a writer's wait", () => {
  it("is none in a settled epoch", () => {
    expect(unsettledMs(heard(undefined, authority, at(0), at(10)), leaseMs, at(11))).toBe(0);
  });

  it("is the rest of a lease since an unsettled epoch was known, by the monotonic clock alone", () => {
    const unsettled = { ...authority, settled: false };
    const belief = heard(undefined, unsettled, at(0), at(10));
    expect(unsettledMs(belief, leaseMs, at(1010, 99_999))).toBe(4000);
    expect(unsettledMs(belief, leaseMs, at(5010))).toBe(0);
  });
});

describe("what the authority names", () => {
  const named = (told: Partial<Authority>): Belief["named"] =>
    heard(undefined, { ...authority, ...told }, at(0), at(1)).named;

  it("is a store, by its epoch and its identity", () => {
    expect(named({})).toEqual({ epoch: 7n, nonce: "n", identity: { replid: "r", nonce: "n" } });
  });

  it("is a bypass when it names none", () => {
    expect(named({ nonce: null, replid: null })).toEqual({ epoch: 7n, nonce: null });
  });

  it("is nothing after Postgres went to another timeline, neither a store nor a bypass", () => {
    expect(named({ onTimeline: false })).toBeUndefined();
    expect(named({ onTimeline: false, nonce: null, replid: null })).toBeUndefined();
  });
});
