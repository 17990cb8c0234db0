import { describe, expect, it } from "vitest";
import type { GoalResult, Results } from "../results.ts";
import { headlineOf, tallyInWords, type Verdict } from "./headline.ts";
import { emptyResults } from "./made-up-results.ts";

function goals(...verdicts: readonly Verdict[]): readonly GoalResult[] {
  return verdicts.map((verdict) => ({
    goal: "A goal",
    wanted: "at least 1",
    measured: verdict === "not measured" ? undefined : "2",
    verdict,
  }));
}

function resultsWith(changes: Partial<Results>): Results {
  return { ...emptyResults, ...changes };
}

const brokenScenario = {
  name: "logout",
  title: "Log-out storm",
  what: "Logs out.",
  runs: [],
  findings: [{ tone: "bad" as const, text: "1 read was accepted after its log-out." }],
};

describe("the headline", () => {
  it.each([
    [[], "plain", "Measured, without goals"],
    [["reached"], "good", "The goal was reached"],
    [["reached", "reached"], "good", "All 2 goals reached"],
    [["reached", "missed", "not resolved"], "bad", "1 of 3 goals missed"],
    [["reached", "not measured"], "good", "1 of 2 goals reached, none missed"],
    [["reached", "not resolved"], "warn", "1 of 2 goals reached, none missed"],
    [["not resolved", "not measured"], "warn", "No goal was resolved"],
    [["not measured"], "warn", "No goal was measured"],
  ] as const)("of goals %j", (verdicts, tone, text) => {
    expect(headlineOf(resultsWith({ goals: goals(...verdicts) }))).toEqual({ tone, text });
  });

  it("tells of a bad finding first, whatever the goals came to", () => {
    const results = resultsWith({ goals: goals("reached"), scenarios: [brokenScenario] });
    expect(headlineOf(results)).toEqual({
      tone: "bad",
      text: "1 bad finding; the goal was reached",
    });
  });

  it("does not count a run that was cut short as good", () => {
    const results = resultsWith({ goals: goals("reached"), cutShort: "Stopped by Ctrl-C." });
    expect(headlineOf(results)).toEqual({
      tone: "warn",
      text: "Cut short: the goal was reached",
    });
  });

  it("takes no figure of a smoke run for anything, but a bad finding", () => {
    expect(headlineOf(resultsWith({ isShort: true, goals: goals("missed") }))).toEqual({
      tone: "warn",
      text: "A smoke run: its figures mean nothing",
    });
    expect(headlineOf(resultsWith({ isShort: true, scenarios: [brokenScenario] }))).toEqual({
      tone: "bad",
      text: "1 bad finding in a smoke run",
    });
  });
});

it("tallies the goals, what asks for attention first", () => {
  expect(tallyInWords(goals("reached", "not measured", "missed", "reached"))).toBe(
    "1 missed, 2 reached, 1 not measured",
  );
});
