import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { runCommand } from "./run-commands.ts";
import type { StepOutcome } from "./step.ts";

/** The part of vitest's JSON report that we count by. */
interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
}

/** Runs vitest; its own reporter shows progress and failures, the report gives the numbers. */
export async function runTests(timeoutMs: number): Promise<StepOutcome> {
  const folder = mkdtempSync(join(tmpdir(), "portcullis-check-"));
  const reportFile = join(folder, "vitest.json");
  try {
    const { isGood } = await runCommand(
      {
        program: "vitest",
        args: [
          "run",
          "--silent=passed-only",
          "--reporter=default",
          "--reporter=json",
          `--outputFile.json=${reportFile}`,
        ],
        isLive: true,
      },
      timeoutMs,
    );
    const report = existsSync(reportFile)
      ? parseReport(readFileSync(reportFile, "utf8"))
      : undefined;
    return judgeTests(isGood, report);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Counts the tests. A run that failed without a failed test (a crash, an error outside of a test) is one more failure. */
export function judgeTests(isGood: boolean, report: VitestReport | undefined): StepOutcome {
  if (report === undefined) {
    return { passed: 0, failed: 1, output: "vitest left no report" };
  }
  const { numPassedTests: passed, numFailedTests: failed } = report;
  const skipped = report.numPendingTests + report.numTodoTests;
  const note = [`${passed} passed`, `${failed} failed`, `${skipped} skipped`].join(", ");
  if (passed + failed === 0) {
    return { passed: 0, failed: 1, note, output: "vitest ran no test" };
  }
  if (!isGood && failed === 0) {
    return { passed, failed: 1, note, output: "vitest failed outside of its tests: see above" };
  }
  return { passed, failed, note, output: "" };
}

function parseReport(json: string): VitestReport {
  return JSON.parse(json) as VitestReport;
}
