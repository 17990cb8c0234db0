import { expect, it } from "vitest";
import { DueTimes } from "./due-times.ts";

it("due times are a queue with a bound", () => {
  const times = new DueTimes(3);
  expect(times.oldest).toBeUndefined();
  times.removeOldest();
  expect([1, 2, 3, 4].map((time) => times.add(time))).toEqual([true, true, true, false]);
  expect(times.count).toBe(3);
  times.removeOldest();
  expect(times.add(5)).toBe(true);
  const left: (number | undefined)[] = [];
  for (; times.count > 0; times.removeOldest()) left.push(times.oldest);
  expect(left).toEqual([2, 3, 5]);
});
