import { defineCommand } from "citty";
import { readConfig } from "../../config.ts";
import type { CommandOutcome } from "../command-outcome.ts";
import { commonArgs } from "../common-args.ts";
import type { CommandContext } from "../context.ts";
import { diagnose } from "../doctor/diagnose.ts";
import { fault, type Finding } from "../doctor/finding.ts";
import { alignColumns } from "../text.ts";
import { closeAll, createCommandLog } from "../with-storage.ts";

export function doctorCommand(context: CommandContext) {
  return defineCommand({
    meta: {
      name: "doctor",
      description: "Look at all that the service needs, and say what to mend; changes nothing",
    },
    args: commonArgs,
    run: async () => tellFindings(await examine(context)),
  });
}

async function examine(context: CommandContext): Promise<readonly Finding[]> {
  const outcome = readConfig(context.environment);
  if (outcome.kind === "invalid") {
    const remedy = "Correct it: the service does not start with it.";
    return outcome.problems.map((problem) => fault("configuration", problem, remedy));
  }
  const started = new AsyncDisposableStack();
  try {
    const log = createCommandLog(context, outcome.config);
    const findings = await diagnose(outcome.config, context.environment, log, started);
    return findings.map((finding) => ({ ...finding, message: context.redact(finding.message) }));
  } finally {
    await closeAll(context, started);
  }
}

function tellFindings(findings: readonly Finding[]): CommandOutcome {
  const errors = findings.filter(({ state }) => state === "error").length;
  return {
    kind: "done",
    data: { ok: errors === 0, findings },
    lines: [...alignColumns(findings.flatMap(rowsOf)), "", summarize(errors)],
    exitCode: errors === 0 ? 0 : 1,
  };
}

function rowsOf(finding: Finding): string[][] {
  const row = [finding.state, finding.subject, finding.message];
  return "remedy" in finding ? [row, ["", "", `-> ${finding.remedy}`]] : [row];
}

function summarize(errors: number): string {
  if (errors === 0) return "Nothing has to be mended.";
  return errors === 1 ? "One thing has to be mended." : `${errors} things have to be mended.`;
}
