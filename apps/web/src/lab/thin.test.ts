import { expect, test } from "vitest";
import type { Call } from "./call.ts";
import { callsMax, thin } from "./thin.ts";

test("what is not too much stays as it is", () => {
  const calls = callsFrom(0, callsMax, () => "accepted");
  expect(thin(calls, undefined, undefined)).toBe(calls);
});

test("of a long run every other call is left out", () => {
  const calls = callsFrom(0, callsMax + 1, () => "accepted");
  const thinned = thin(calls, undefined, undefined);
  expect(thinned.length).toBeLessThan(calls.length * 0.6);
  expect(thinned.at(0)).toBe(calls.at(0));
  expect(thinned.at(-1)).toBe(calls.at(-1));
});

test("the calls around the log-out stay, and those whose outcome differs from a neighbour's", () => {
  const calls = callsFrom(0, callsMax + 100, (at) => (at === 333 ? "error" : "accepted"));
  const pressedMs = 10_000;
  const returnedMs = 10_050;
  const thinned = new Set(thin(calls, pressedMs, returnedMs));
  const near = calls.filter(({ beganMs }) => beganMs > 9_000 && beganMs < 13_050);
  expect(near.filter((call) => !thinned.has(call))).toEqual([]);
  expect(calls.slice(332, 335).filter((call) => !thinned.has(call))).toEqual([]);
});

test("however the outcomes alternate, there is a bound", () => {
  const calls = callsFrom(0, callsMax + 100, (at) => (at % 2 === 0 ? "error" : "refused"));
  expect(thin(calls, undefined, undefined)).toEqual(calls.slice(-callsMax));
});

function callsFrom(from: number, count: number, outcome: (at: number) => Call["outcome"]): Call[] {
  return Array.from({ length: count }, (_, index) => {
    const beganMs = (from + index) * 100;
    return { beganMs, endedMs: beganMs + 5, outcome: outcome(from + index) };
  });
}
