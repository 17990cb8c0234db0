import { expect, it } from "vitest";
import { comparisonGoals } from "./comparison-goals.ts";
import { ratioOf } from "./ratios.ts";

const costs = new Map([
  ["quick", [10, 20, 10, 20]],
  ["slow", [40, 80, 44, 60]],
  ["alike", [11, 19, 10, 21]],
]);

it("who needs a quarter of the CPU has four times the throughput, round by round", () => {
  const ratio = ratioOf(costs, "quick", "slow");
  expect(ratio).toMatchObject({ of: "quick", against: "slow", isResolved: true });
  expect(ratio.rounds).toEqual([4, 4, 4.4, 3]);
  expect(ratioOf(costs, "slow", "quick").rounds[0]).toBe(0.25);
});

it("tells from 1 only what lies on one side of it", () => {
  expect(ratioOf(costs, "quick", "alike").isResolved).toBe(false);
});

it("asks nothing of a contestant that had no turn", () => {
  expect(() => ratioOf(costs, "quick", "absent")).toThrow("absent had no turn");
});

it("judges each goal by its pair, and says which were not measured", () => {
  const names = [
    "portcullis-standalone",
    "none-standalone",
    "portcullis-service",
    "stateless-eddsa",
  ];
  const measured = new Map(names.map((name) => [name, [10, 10, 10]]));
  measured.set("stateless-eddsa", [20, 29, 40]);
  const verdicts = comparisonGoals(measured, false).map(({ verdict }) => verdict);
  expect(verdicts).toEqual([
    "reached",
    "not measured",
    "not measured",
    "not resolved",
    "not measured",
    "not measured",
  ]);
  const ofShortRun = comparisonGoals(measured, true).map(({ verdict }) => verdict);
  expect(new Set(ofShortRun)).toEqual(new Set(["not measured"]));
});
