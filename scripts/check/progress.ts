import { styleText } from "node:util";

import type { Step, StepOutcome } from "./step.ts";

/** Says that a step begins. */
export function reportStart(step: Step): void {
  print(styleText("dim", `  …  ${step.name}`));
}

/** Says how a step ended, with all that a failed one printed. */
export function reportEnd(step: Step, outcome: StepOutcome, ms: number): void {
  const facts = [`${(ms / 1000).toFixed(1)} s`, outcome.note].filter((fact) => fact !== undefined);
  const line = `${step.name} (${facts.join("; ")})`;
  if (outcome.failed === 0) {
    print(styleText("green", `  ok ${line}`));
    return;
  }
  print(styleText("red", `FAILED ${line}`));
  if (outcome.output !== "") {
    print(`${outcome.output.trimEnd()}\n`);
  }
}

/** The closing line, alone and last, in the words that tools look for. */
export function reportTotal(outcomes: readonly StepOutcome[]): void {
  print(`${sum(outcomes, "passed")} passed, ${sum(outcomes, "failed")} failed`);
}

function sum(outcomes: readonly StepOutcome[], field: "passed" | "failed"): number {
  return outcomes.reduce((total, outcome) => total + outcome[field], 0);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
