import { expect, test } from "vitest";
import { barParts, purposeOf } from "./write-steps.ts";

test("a bar shows each step where it began, and as long as it took", () => {
  const steps = [
    { name: "fence", startMs: 0, durationMs: 5 },
    { name: "commit", startMs: 5, durationMs: 15 },
  ];
  expect(barParts(steps, 20)).toEqual([
    { name: "fence", startPercent: 0, widthPercent: 25, durationMs: 5 },
    { name: "commit", startPercent: 25, widthPercent: 75, durationMs: 15 },
  ]);
});

test("a write of no time has a bar too", () => {
  expect(barParts([{ name: "fence", startMs: 0, durationMs: 0 }], 0)).toMatchObject([
    { startPercent: 0, widthPercent: 0 },
  ]);
});

test("a step that a newer server has is shown all the same", () => {
  expect(purposeOf("fence")).toContain("Redis");
  expect(purposeOf("something else")).not.toBe("");
});
