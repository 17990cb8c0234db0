import { describe, expect, it } from "vitest";
import {
  count,
  duration,
  figures,
  percent,
  plainDuration,
  plainFigures,
  span,
  withPlainSpaces,
} from "./numbers.ts";

function plain(text: string): string {
  return withPlainSpaces(text);
}

describe("numbers for people", () => {
  it.each([
    [0, "0"],
    [0.000_02, "< 0.001"],
    [0.012_345, "0.0123"],
    [0.5, "0.500"],
    [12.345, "12.3"],
    [999.4, "999"],
    [999.6, "1 000"],
    [1_234_567, "1 230 000"],
  ])("%d has three figures", (value, text) => {
    expect(plain(figures(value))).toBe(text);
  });

  it.each([
    [0.0004, "0.400 µs"],
    [0.0853, "85.3 µs"],
    [0.9999, "1.00 ms"],
    [12.3, "12.3 ms"],
    [999.9, "1.00 s"],
    [61_000, "61.0 s"],
  ])("%d ms have the unit that suits them", (ms, text) => {
    expect(plain(duration(ms))).toBe(text);
  });

  it.each([
    [0.4, "0.4 s"],
    [41.2, "41 s"],
    [720, "12 min"],
    [7200, "2 h"],
    [11_100, "3 h 5 min"],
  ])("%d s are a span", (seconds, text) => {
    expect(plain(span(seconds))).toBe(text);
  });

  it("counts whole, and has no zeros at the end on an axis", () => {
    expect(plain(count(1_234_567))).toBe("1 234 567");
    expect([0.5, 20, 1500].map((value) => plain(plainFigures(value)))).toEqual([
      "0.5",
      "20",
      "1 500",
    ]);
    expect([0.5, 2, 5000].map((ms) => plain(plainDuration(ms)))).toEqual(["500 µs", "2 ms", "5 s"]);
    expect([0, 0.000_2, 0.5].map((share) => plain(percent(share)))).toEqual([
      "0 %",
      "0.0200 %",
      "50.0 %",
    ]);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])("%d is no amount", (value) => {
    for (const format of [figures, count, duration, plainFigures, plainDuration, span]) {
      expect(format(value)).toBe("–");
    }
  });
});
