import type { GoalResult } from "../results.ts";
import { spreadOf } from "../spread.ts";

/** What is wanted of the middle of some rounds. */
export interface Wanted {
  readonly goal: string;
  readonly wanted: string;
  readonly bound: { readonly kind: "least" | "most"; readonly value: number };
  /** A value with its unit. */
  readonly inWords: (value: number) => string;
}

/** Judges by the middle half of the rounds: one that reaches across the bound decides nothing. */
export function judgeGoal(
  { goal, wanted, bound, inWords }: Wanted,
  rounds: readonly number[],
): GoalResult {
  if (rounds.length === 0 || !rounds.every(Number.isFinite)) {
    return notMeasured({ goal, wanted }, "a round came to no figure");
  }
  const { median, lowerQuartile, upperQuartile } = spreadOf(rounds);
  const isGood = (value: number): boolean =>
    bound.kind === "least" ? value >= bound.value : value <= bound.value;
  const isSplit = isGood(lowerQuartile) !== isGood(upperQuartile);
  const verdict = isGood(median) ? "reached" : "missed";
  const spread =
    rounds.length === 1
      ? ""
      : `, middle half ${inWords(lowerQuartile)} to ${inWords(upperQuartile)}`;
  return {
    goal,
    wanted,
    measured: `${inWords(median)}${spread}`,
    verdict: isSplit ? "not resolved" : verdict,
  };
}

/** @param why in a few words, shown in place of what was measured. */
export function notMeasured(
  { goal, wanted }: Pick<Wanted, "goal" | "wanted">,
  why: string,
): GoalResult {
  return { goal: `${goal} (${why})`, wanted, measured: undefined, verdict: "not measured" };
}

export function asPercent(value: number): string {
  return `${(value * 100).toFixed(0)} %`;
}

export function asFactor(value: number): string {
  return `${value.toFixed(2)} times`;
}

export function asMs(value: number): string {
  return `${value.toPrecision(3)} ms`;
}
