import { expect, test } from "vitest";
import { compareSamples, medianOf } from "./compare-samples.ts";

test("the median is the middle, or between the two in the middle", () => {
  expect(medianOf([3, 1, 2])).toBe(2);
  expect(medianOf([4, 1, 3, 2])).toBe(2.5);
});

/** Values of a known order, spread evenly. */
const spread = (count: number, from: number, step = 1): number[] =>
  Array.from({ length: count }, (_, index) => from + index * step);

test("samples of one distribution are not told apart, shifted ones are", () => {
  const odd = spread(200, 1, 2);
  const even = spread(200, 2, 2);
  expect(compareSamples(odd, even)).toEqual({ gap: 1, p: expect.closeTo(0.931, 3) });
  expect(compareSamples(odd, odd)).toEqual({ gap: 0, p: expect.closeTo(1, 6) });
  expect(compareSamples(odd, spread(200, 101, 2)).p).toBeLessThan(1e-6);
});

test("p is that of the tables", () => {
  // U of 23 with ten values each: 0.045 by the normal approximation, without ties.
  const first = [1, 2, 3, 4, 6, 8, 10, 12, 14, 18];
  const second = [5, 7, 9, 11, 13, 15, 16, 17, 19, 20];
  expect(compareSamples(first, second).p).toBeCloseTo(0.045, 3);
  expect(compareSamples([1, 1, 1], [1, 1, 1]).p).toBe(1);
});
