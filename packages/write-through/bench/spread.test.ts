import { expect, it } from "vitest";
import { spreadOf } from "./spread.ts";

it("finds the middle half, in whatever order", () => {
  expect(spreadOf([5, 1, 4, 2, 3])).toEqual({ lowerQuartile: 2, median: 3, upperQuartile: 4 });
  expect(spreadOf([4, 1])).toEqual({ lowerQuartile: 1.75, median: 2.5, upperQuartile: 3.25 });
  expect(spreadOf([7])).toEqual({ lowerQuartile: 7, median: 7, upperQuartile: 7 });
});

it("has nothing to say of nothing", () => {
  expect(() => spreadOf([])).toThrow(RangeError);
});
