import type { Finding, GoalResult, Results } from "../results.ts";

export type Tone = "good" | "bad" | "warn" | "plain";

/** What the run has come to, in a line. */
export interface Headline {
  readonly tone: Tone;
  readonly text: string;
}

export type Verdict = GoalResult["verdict"];

/** What asks for attention comes first. */
export const verdicts: readonly Verdict[] = ["missed", "not resolved", "reached", "not measured"];

export const toneOfVerdict: Readonly<Record<Verdict, Tone>> = {
  reached: "good",
  missed: "bad",
  "not resolved": "warn",
  "not measured": "plain",
};

export function headlineOf(results: Results): Headline {
  const bad = badFindings(results).length;
  const found = bad === 0 ? undefined : plural(bad, "bad finding");
  if (results.isShort) {
    const text = "A smoke run: its figures mean nothing";
    return found === undefined
      ? { tone: "warn", text }
      : { tone: "bad", text: `${capital(found)} in a smoke run` };
  }
  const { tone, text } = outcomeOfGoals(results.goals);
  const whole = found === undefined ? text : `${capital(found)}; ${uncapital(text)}`;
  if (found !== undefined || tone === "bad") return { tone: "bad", text: whole };
  return results.cutShort === undefined
    ? { tone, text: whole }
    : { tone: "warn", text: `Cut short: ${uncapital(whole)}` };
}

export function badFindings({ scenarios }: Results): readonly Finding[] {
  return scenarios.flatMap(({ findings }) => findings.filter(({ tone }) => tone === "bad"));
}

export function goalsWith(goals: readonly GoalResult[], verdict: Verdict): readonly GoalResult[] {
  return goals.filter((goal) => goal.verdict === verdict);
}

/** As `6 reached, 1 missed`. */
export function tallyInWords(goals: readonly GoalResult[]): string {
  return verdicts
    .map((verdict) => ({ verdict, count: goalsWith(goals, verdict).length }))
    .filter(({ count }) => count > 0)
    .map(({ verdict, count }) => `${count} ${verdict}`)
    .join(", ");
}

function outcomeOfGoals(goals: readonly GoalResult[]): Headline {
  const number = (verdict: Verdict): number => goalsWith(goals, verdict).length;
  const all = goals.length;
  if (all === 0) return { tone: "plain", text: "Measured, without goals" };
  if (number("missed") > 0) {
    return { tone: "bad", text: `${number("missed")} of ${plural(all, "goal")} missed` };
  }
  if (number("reached") === all) {
    const text = all === 1 ? "The goal was reached" : `All ${all} goals reached`;
    return { tone: "good", text };
  }
  if (number("reached") === 0) {
    const text = number("not resolved") > 0 ? "No goal was resolved" : "No goal was measured";
    return { tone: "warn", text };
  }
  const tone = number("not resolved") > 0 ? "warn" : "good";
  return { tone, text: `${number("reached")} of ${plural(all, "goal")} reached, none missed` };
}

function plural(number: number, noun: string): string {
  return number === 1 ? `1 ${noun}` : `${number} ${noun}s`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function uncapital(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
