// The one command that says whether the repository is good: `pnpm test`. It runs every check to its
// end, also after a failure, and closes with "N passed, N failed", where each test of vitest counts
// as one and each other step as one. `node scripts/check.ts --only types,lint` runs some steps.
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";

import { reportEnd, reportStart, reportTotal } from "./check/progress.ts";
import type { Step, StepOutcome } from "./check/step.ts";
import { productSteps, sourceSteps } from "./check/steps.ts";

const stepsAtOnceMax = 2;

const wanted = wantedNames();
const isWanted = ({ name }: Step): boolean => wanted === undefined || wanted.has(name);

const outcomes = [
  ...(await runSteps(
    sourceSteps().filter(isWanted),
    Math.min(stepsAtOnceMax, availableParallelism()),
  )),
  ...(await runSteps(productSteps().filter(isWanted), 1)),
];
reportTotal(outcomes);
process.exitCode = outcomes.some(({ failed }) => failed > 0) ? 1 : 0;

function wantedNames(): Set<string> | undefined {
  const { values } = parseArgs({ options: { only: { type: "string" } } });
  if (values.only === undefined) {
    return undefined;
  }
  const known = [...sourceSteps(), ...productSteps()].map(({ name }) => name);
  const names = values.only.split(",");
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    console.error(`no step ${unknown.join(", ")}; there are ${known.join(", ")}`);
    process.exit(2);
  }
  return new Set(names);
}

async function runSteps(steps: readonly Step[], atOnce: number): Promise<StepOutcome[]> {
  const results: StepOutcome[] = [];
  const queue = steps.values();
  const worker = async (): Promise<void> => {
    for (const step of queue) {
      results.push(await runStep(step));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

async function runStep(step: Step): Promise<StepOutcome> {
  reportStart(step);
  const startedAtMs = performance.now();
  const outcome = await step.run().catch(crashed);
  reportEnd(step, outcome, performance.now() - startedAtMs);
  return outcome;
}

function crashed(error: unknown): StepOutcome {
  const output = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { passed: 0, failed: 1, output };
}
