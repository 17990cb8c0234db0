import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createBackOff } from "./back-off.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("waits ever longer, from 1 s to 60 s, each cut by half at most", () => {
  let at = Date.now();
  const waits: number[] = [];
  const backOff = createBackOff(() => {
    waits.push(Date.now() - at);
    at = Date.now();
    backOff.schedule();
  });
  backOff.schedule();
  vi.advanceTimersByTime(600_000);
  backOff.close();
  for (const [index, wait] of waits.entries()) {
    const longest = Math.min(1_000 * 2 ** index, 60_000);
    expect(wait).toBeLessThanOrEqual(longest);
    expect(wait).toBeGreaterThanOrEqual(longest / 2);
  }
  expect(waits.length).toBeGreaterThan(10);
});

it("sets one attempt at a time, and none after it was reset or closed", () => {
  const attempt = vi.fn<() => void>();
  const backOff = createBackOff(attempt);
  backOff.schedule();
  backOff.schedule();
  vi.advanceTimersByTime(5_000);
  expect(attempt).toHaveBeenCalledTimes(1);
  backOff.schedule();
  backOff.reset();
  backOff.schedule();
  vi.advanceTimersByTime(1_000);
  expect(attempt).toHaveBeenCalledTimes(2);
  backOff.schedule();
  backOff.close();
  backOff.schedule();
  vi.advanceTimersByTime(100_000);
  expect(attempt).toHaveBeenCalledTimes(2);
});

it("tries at once when the browser is online again, if there is something to try", () => {
  const browser = new EventTarget();
  for (const name of ["addEventListener", "removeEventListener"] as const) {
    vi.stubGlobal(name, browser[name].bind(browser));
  }
  const attempt = vi.fn<() => void>();
  const backOff = createBackOff(attempt);
  browser.dispatchEvent(new Event("online"));
  expect(attempt).not.toHaveBeenCalled();
  backOff.schedule();
  browser.dispatchEvent(new Event("online"));
  expect(attempt).toHaveBeenCalledTimes(1);
  backOff.close();
  backOff.schedule();
  browser.dispatchEvent(new Event("online"));
  expect(attempt).toHaveBeenCalledTimes(1);
});
