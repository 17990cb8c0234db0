import { expect, test } from "vitest";
import { sayClock, sayDuration, sayOffset } from "./say-time.ts";

test.each([
  [0, "0.0 ms"],
  [12.34, "12.3 ms"],
  [99.96, "100 ms"],
  [340.4, "340 ms"],
  [999.6, "1.00 s"],
  [1_254, "1.25 s"],
  [59_996, "0:59 min"],
  [125_000, "2:05 min"],
])("a duration of %d ms is %s", (ms, said) => {
  expect(sayDuration(ms)).toBe(said);
});

test("an offset has its sign", () => {
  expect([sayOffset(12), sayOffset(-3)]).toEqual(["+12.0 ms", "−3.0 ms"]);
});

test("a clock counts whole seconds, and none below zero", () => {
  expect([sayClock(42_999), sayClock(-5), sayClock(600_000)]).toEqual(["0:42", "0:00", "10:00"]);
});
