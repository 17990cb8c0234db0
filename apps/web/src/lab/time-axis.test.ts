import { expect, test } from "vitest";
import { axisTicks, xOf, type TimeScale } from "./time-axis.ts";

test("the ends of time are at the ends of the chart", () => {
  const scale: TimeScale = { fromMs: -400, toMs: 800, left: 100, right: 700 };
  expect([xOf(scale, -400), xOf(scale, 0), xOf(scale, 800)]).toEqual([100, 300, 700]);
});

test("near the log-out the labels are in ms, with zero among them", () => {
  expect(labels({ fromMs: -400, toMs: 800, left: 0, right: 700 })).toEqual([
    "−400 ms",
    "−200 ms",
    "0",
    "200 ms",
    "400 ms",
    "600 ms",
    "800 ms",
  ]);
});

test("a long run is labelled in minutes", () => {
  expect(labels({ fromMs: -20_000, toMs: 400_000, left: 0, right: 700 })).toEqual([
    "0",
    "1 min",
    "2 min",
    "3 min",
    "4 min",
    "5 min",
    "6 min",
  ]);
});

test("a part of a minute is told in seconds", () => {
  expect(labels({ fromMs: 0, toMs: 100_000, left: 0, right: 300 })).toContain("1:30 min");
});

test.each([120, 390, 1_280])("on %d pixels the labels have room", (right) => {
  for (const toMs of [500, 5_000, 60_000, 1_200_000]) {
    const scale = { fromMs: -toMs / 3, toMs, left: 0, right };
    expect(axisTicks(scale).length).toBeLessThanOrEqual(Math.max(3, right / 64 + 1));
  }
});

function labels(scale: TimeScale): string[] {
  return axisTicks(scale).map(({ label }) => label);
}
