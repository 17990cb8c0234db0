import { expect, it } from "vitest";
import { logScale } from "./log-axis.ts";

it("goes from a round value to a round value, and names those between", () => {
  expect(logScale([0.8, 7.3], 0.001)).toEqual({ least: 0.5, most: 10, ticks: [0.5, 1, 2, 5, 10] });
});

it("names only powers of ten on a long way", () => {
  expect(logScale([0.8, 1900], 0.001)).toEqual({
    least: 0.5,
    most: 2000,
    ticks: [1, 10, 100, 1000],
  });
});

it("has room for a single value, for none, and for what is not above its floor", () => {
  expect(logScale([1], 0.001)).toEqual({ least: 1, most: 2, ticks: [1, 2] });
  expect(logScale([], 0.001)).toEqual({ least: 0.001, most: 0.01, ticks: [0.001, 0.01] });
  expect(logScale([0], 0.001)).toEqual({ least: 0.001, most: 0.002, ticks: [0.001, 0.002] });
});
