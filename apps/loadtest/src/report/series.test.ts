import { expect, it } from "vitest";
import { madeUpRun } from "./made-up-results.ts";
import { seriesOf } from "./series.ts";
import { withPlainSpaces } from "./numbers.ts";

function seriesOfLabels(...labels: readonly string[]): readonly (readonly string[])[] {
  const series = seriesOf(labels.map((label) => madeUpRun({ label, seconds: 1 })));
  return series.map(({ name, steps }) => [
    name,
    ...steps.map((step) => withPlainSpaces(step.name)),
  ]);
}

it("follows each load from step to step", () => {
  expect(
    seriesOfLabels(
      "auth.me of 1000 users",
      "Refreshes among 1000 users",
      "auth.me of 1 000 000 users",
      "Refreshes among 1 000 000 users",
    ),
  ).toEqual([
    ["auth.me of … users", "1 000", "1 000 000"],
    ["Refreshes among … users", "1 000", "1 000 000"],
  ]);
});

it("takes one and many for the same load", () => {
  expect(seriesOfLabels("1 node", "2 nodes", "3 nodes")).toEqual([["… nodes", "1", "2", "3"]]);
});

it("leaves out what has no second step", () => {
  expect(seriesOfLabels("As much as it takes", "Part 1 of 2", "Part 2 of 2", "1 token")).toEqual([
    ["Part … of 2", "1", "2"],
  ]);
  expect(seriesOfLabels()).toEqual([]);
});
