/** Puts load on the service and says what came of it. `--help` says how. */
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ArgumentError, parseArguments, usage, type RunArguments } from "./arguments.ts";
import { checkReachable, TargetUnreachableError } from "./generator/target-unreachable-error.ts";
import { createProgress } from "./progress.ts";
import { textReport } from "./report/text-report.ts";
import { writeReport } from "./report/write-report.ts";
import { runLoadtest } from "./run-loadtest.ts";
import { allScenarios } from "./scenarios/all-scenarios.ts";
import { LoginRefusedError, reachService } from "./service-elsewhere.ts";

const defaultFolder = fileURLToPath(new URL("../../../.data/loadtest/", import.meta.url));

process.exitCode = await main();
// What was started for this process ends with it.
process.exit();

async function main(): Promise<number> {
  try {
    const command = parseArguments(process.argv.slice(2));
    switch (command.kind) {
      case "help":
        console.log(usage);
        return 0;
      case "list":
        console.log(listInWords());
        return 0;
      case "run":
        return await run(command);
    }
  } catch (error) {
    return complain(error);
  }
}

async function run(options: RunArguments): Promise<number> {
  // Before anything is measured: a page that cannot be written is found out now.
  const folder = resolve(options.out ?? defaultFolder);
  mkdirSync(folder, { recursive: true });
  const { elsewhere } = options;
  if (elsewhere !== undefined) await checkReachable([elsewhere.url]);
  const service = elsewhere && (await reachService(elsewhere, process.stdin));
  // Said now, and not after minutes.
  await service?.logIn?.();

  const progress = createProgress(process.stderr);
  const { results, hasFailed } = await runLoadtest({
    arguments: options,
    progress,
    signal: interruption(),
    service,
  });
  progress.end();
  const { page } = await writeReport(results, folder);
  console.log(`${textReport(results)}\n\nPage: ${page}`);
  return hasFailed ? 1 : 0;
}

/** The first Ctrl-C ends the measuring and leads to a page; the second ends everything. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  process.once("SIGINT", () => controller.abort());
  process.once("SIGTERM", () => controller.abort());
  return controller.signal;
}

function complain(error: unknown): number {
  if (error instanceof ArgumentError) console.error(`${error.message}\n\n${usage}`);
  else if (error instanceof TargetUnreachableError || error instanceof LoginRefusedError) {
    console.error(error.message);
  } else {
    console.error(error);
    return 1;
  }
  return 2;
}

function listInWords(): string {
  const width = Math.max(...allScenarios.map(({ name }) => name.length));
  return allScenarios
    .map(({ name, what, isOnlyByName }) => {
      const note = isOnlyByName === true ? " Only where it is named." : "";
      return `${name.padEnd(width)}  ${what}${note}`;
    })
    .join("\n");
}
