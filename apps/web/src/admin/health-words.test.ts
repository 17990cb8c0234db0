import { describe, expect, it } from "vitest";
import { describeCacheEvent, sayBytes, sayDuration, sayShare } from "./health-words.ts";

describe("sayDuration", () => {
  it.each([
    [0, "0 s"],
    [59, "59 s"],
    [60, "1 min"],
    [3725, "1 h 2 min"],
    [7260, "2 h 1 min"],
    [86_400, "1 d"],
    [86_460, "1 d"],
    [200_000, "2 d 7 h"],
  ])("says %i s as %s", (seconds, text) => {
    expect(sayDuration(seconds)).toBe(text);
  });
});

it("says bytes in the largest unit that fits", () => {
  expect([1023, 1024, 1024 ** 2].map(sayBytes)).toEqual(["1023 B", "1 KiB", "1 MiB"]);
});

it("has no share of nothing", () => {
  expect(sayShare(0, 0)).toBe("–");
  expect(sayShare(1, 4)).toMatch(/^25\s?%$/u);
});

it("says the name of an event that it does not know", () => {
  expect(describeCacheEvent("moon_visited")).toBe("moon visited");
});
