/**
 * Real processes, real faults, one checker: nodes with caches of their own, on a network that fails,
 * and a verdict on every read they made. `--help` says how.
 */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import {
  ArgumentError,
  commandOf,
  parseArguments,
  usage,
  type NemesisArguments,
} from "./arguments.ts";
import { collectEvidence } from "./evidence.ts";
import { planInWords } from "./fault-plan.ts";
import { createProgressTeller } from "./progress.ts";
import { planOf, runNemesis } from "./run-nemesis.ts";
import { verdictInText, verdictOf } from "./verdict.ts";
import { verdictPage } from "./verdict-page.ts";

try {
  process.exitCode = await main(parseArguments(process.argv.slice(2)));
} catch (error) {
  const isTyping = error instanceof ArgumentError;
  console.error(isTyping ? `${error.message}\n\n${usage}` : error);
  process.exitCode = 2;
}
// Servers that the test kit has started for this process end with it.
process.exit();

async function main(options: NemesisArguments): Promise<number> {
  switch (options.command) {
    case "help":
      console.log(usage);
      return 0;
    case "print_plan":
      console.log(planInWords(planOf(options)).join("\n"));
      return 0;
    case "run":
      return await run(options);
  }
}

async function run(options: NemesisArguments): Promise<number> {
  const folder = outputFolder(options);
  const teller = createProgressTeller(process.stderr);
  console.log(`${commandOf(options)}\n${planInWords(planOf(options)).join("\n")}\n`);
  const evidence = collectEvidence(join(folder, "reports.jsonl.gz"));
  const watcher = { ...teller, reported: evidence.add };
  const outcome = await runNemesis(options, watcher, interruption());
  const verdict = verdictOf(options, outcome);
  await (verdict.isKept ? evidence.discard() : evidence.keep());

  const page = join(folder, "verdict.html");
  writeFileSync(page, verdictPage(verdict));
  console.log(`\n${verdictInText(verdict)}`);
  if (!verdict.isKept) console.log(`Evidence: ${evidence.path}`);
  console.log(`Page: ${page}`);
  return verdict.isKept ? 0 : 1;
}

function outputFolder({ out, seed }: NemesisArguments): string {
  if (out === undefined) return mkdtempSync(join(tmpdir(), `nemesis-seed-${seed}-`));
  mkdirSync(out, { recursive: true });
  return resolve(out);
}

/** The first Ctrl-C ends the faults and leads to a verdict; the second ends everything. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  process.once("SIGINT", () => controller.abort());
  process.once("SIGTERM", () => controller.abort());
  return controller.signal;
}
