import { expect, test } from "vitest";
import { asPercent, judgeGoal, notMeasured } from "./goals.ts";

const least = {
  goal: "Something",
  wanted: "at least 90 %",
  bound: { kind: "least", value: 0.9 },
  inWords: asPercent,
} as const;

test.each([
  ["reached", [0.95, 0.96, 0.97]],
  ["missed", [0.5, 0.6, 0.7]],
  ["not resolved", [0.8, 0.91, 0.99]],
  ["missed", [0.89]],
] as const)("%s: %j", (verdict, rounds) => {
  expect(judgeGoal(least, rounds).verdict).toBe(verdict);
});

test("it is the middle of the rounds that is shown, with its spread where there is one", () => {
  expect(judgeGoal(least, [0.5, 0.95, 0.96, 0.97, 0.99]).measured).toBe(
    "96 %, middle half 95 % to 97 %",
  );
  expect(judgeGoal(least, [1]).measured).toBe("100 %");
});

test("at most is at most", () => {
  const most = { ...least, bound: { kind: "most", value: 0.5 } } as const;
  expect(judgeGoal(most, [0.5]).verdict).toBe("reached");
  expect(judgeGoal(most, [0.51]).verdict).toBe("missed");
});

test("where a round came to no figure, nothing was measured", () => {
  expect(judgeGoal(least, [1, Number.NaN])).toMatchObject({ verdict: "not measured" });
  expect(judgeGoal(least, [])).toMatchObject({ verdict: "not measured" });
});

test("what was not measured says why", () => {
  expect(notMeasured(least, "no room")).toEqual({
    goal: "Something (no room)",
    wanted: "at least 90 %",
    measured: undefined,
    verdict: "not measured",
  });
});
