import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { delaySeconds, mostTriesInADay, passGate } from "./growing-delay.ts";
import { limits } from "./limit-table.ts";
import { createMemoryCounters } from "./memory-counters.ts";

const schedule = limits.password_from_strangers;
const keys = { tries: "tries", delays: "delays", gate: "gate" };
const dayMs = 86_400_000;

// A day of guessing, without a day of waiting.
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("V6.1.1 delays double up to the longest", () => {
  const delays = Array.from({ length: 13 }, (_, index) => delaySeconds(schedule, index));
  expect(delays).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1200, 1200]);
  expect(delaySeconds(schedule, 100_000)).toBe(1200);
});

test("V6.3.1 no limit on passwords lets more than 100 of them through in 24 hours", () => {
  expect(mostTriesInADay(limits.password_from_address)).toBe(90);
  expect(mostTriesInADay(limits.password_from_strangers)).toBe(100);
});

/** Tries whenever it is let, but for the pauses. Says when it passed. */
async function guess(pausesMs: readonly { afterTries: number; ms: number }[]): Promise<number[]> {
  const counters = createMemoryCounters();
  const passedAtMs: number[] = [];
  const beganAtMs = Date.now();
  while (Date.now() < beganAtMs + 3 * dayMs) {
    const passage = await passGate(counters, keys, schedule);
    if (passage.kind === "closed") {
      vi.advanceTimersByTime(passage.waitMs);
    } else {
      passedAtMs.push(Date.now());
      const pause = pausesMs.find(({ afterTries }) => afterTries === passedAtMs.length);
      vi.advanceTimersByTime(pause?.ms ?? 0);
    }
  }
  return passedAtMs;
}

function mostInAnyDay(times: readonly number[]): number {
  return Math.max(
    ...times.map((from) => times.filter((at) => at >= from && at < from + dayMs).length),
  );
}

test("V6.3.1 who tries whenever it is let stays below the documented bound", async () => {
  const most = mostInAnyDay(await guess([]));
  expect(most).toBeLessThanOrEqual(mostTriesInADay(schedule));
  expect(most).toBeGreaterThan(mostTriesInADay(schedule) - 2 * schedule.freeTries);
});

test("V6.3.1 delays begin anew only after a day without one", async () => {
  const counters = createMemoryCounters();
  const nextDelayMs = async (): Promise<number> => {
    let passage = await passGate(counters, keys, { ...schedule, freeTries: 1 });
    expect(passage.kind).toBe("passed");
    passage = await passGate(counters, keys, { ...schedule, freeTries: 1 });
    return passage.kind === "closed" ? passage.waitMs : 0;
  };
  expect(await nextDelayMs()).toBe(1000);
  vi.advanceTimersByTime(dayMs - 1000);
  expect(await nextDelayMs()).toBe(2000);
  vi.advanceTimersByTime(dayMs - 1000);
  expect(await nextDelayMs()).toBe(4000);
  vi.advanceTimersByTime(dayMs + 1000);
  expect(await nextDelayMs()).toBe(1000);
});

test("V6.3.1 nor do pauses, however chosen, give more", async () => {
  const pause = fc.record({
    afterTries: fc.integer({ min: 1, max: 120 }),
    ms: fc.oneof(
      fc.integer({ min: 0, max: dayMs }),
      fc.integer({ min: dayMs - 3_000_000, max: dayMs }),
    ),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(pause, { maxLength: 4 }), async (pauses) => {
      expect(mostInAnyDay(await guess(pauses))).toBeLessThanOrEqual(mostTriesInADay(schedule));
    }),
    { numRuns: 100 },
  );
});
