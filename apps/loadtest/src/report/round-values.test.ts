import { expect, it } from "vitest";
import { roundAxis, secondsStep } from "./round-values.ts";

it.each([
  [0, 1, 1],
  [0.07, 0.08, 0.02],
  [187, 200, 50],
  [1880, 2000, 500],
  [9999, 10_000, 2000],
])("an axis to %d ends at %d, in steps of %d", (value, max, interval) => {
  expect(roundAxis(value)).toEqual({ min: 0, max, interval });
});

it.each([
  [5, 1],
  [60, 10],
  [3600, 600],
  [1_000_000, 86_400],
])("%d s have at most seven names on their axis", (seconds, step) => {
  expect(secondsStep(seconds, 7)).toBe(step);
});
