import { expect, test } from "vitest";
import { windowOf } from "./time-window.ts";

const startedMs = 10_000;

test("before the log-out the last five seconds are shown", () => {
  const moments = { startedMs, pressedMs: undefined, returnedMs: undefined, nowMs: 13_000 };
  expect(windowOf("near", moments)).toEqual({ zeroMs: 13_000, fromMs: -5_000, toMs: 0 });
});

test("while the log-out is under way, what has happened since it was asked for", () => {
  const moments = { startedMs, pressedMs: 20_000, returnedMs: undefined, nowMs: 24_000 };
  expect(windowOf("near", moments)).toEqual({ zeroMs: 20_000, fromMs: -400, toMs: 4_000 });
});

test("after it, the moments around its return, and all of the log-out however long it took", () => {
  const quick = { startedMs, pressedMs: 20_000, returnedMs: 20_020, nowMs: 60_000 };
  expect(windowOf("near", quick)).toEqual({ zeroMs: 20_020, fromMs: -400, toMs: 800 });
  const slow = windowOf("near", { ...quick, returnedMs: 26_000 });
  expect(slow.zeroMs + slow.fromMs).toBeLessThan(20_000);
});

test("the whole run goes from its start to now, with zero at the return", () => {
  const moments = { startedMs, pressedMs: 20_000, returnedMs: 20_020, nowMs: 60_020 };
  expect(windowOf("whole", moments)).toEqual({ zeroMs: 20_020, fromMs: -10_020, toMs: 40_000 });
});
