/** What the cache costs, against the bare parts it is made of. `--help` says how. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ArgumentError, parseArguments, usage, type BenchArguments } from "./arguments.ts";
import { createProgressTeller } from "./progress.ts";
import { resultsPage } from "./results-page.ts";
import { runBench } from "./run-bench.ts";
import { textReport } from "./text-report.ts";

const defaultFolder = fileURLToPath(new URL("../../../.data/bench/", import.meta.url));

try {
  await main(parseArguments(process.argv.slice(2)));
} catch (error) {
  const isTyping = error instanceof ArgumentError;
  console.error(isTyping ? `${error.message}\n\n${usage}` : error);
  process.exitCode = 2;
}
// Servers that the test kit has started for this process end with it.
process.exit();

async function main(options: BenchArguments): Promise<void> {
  if (options.command === "help") {
    console.log(usage);
    return;
  }
  const results = await runBench(options, createProgressTeller(process.stderr));
  const folder = resolve(options.out ?? defaultFolder);
  mkdirSync(folder, { recursive: true });
  const page = join(folder, "results.html");
  writeFileSync(join(folder, "results.json"), `${JSON.stringify(results, undefined, 2)}\n`);
  writeFileSync(page, resultsPage(results));
  console.log(`\n${textReport(results)}\n\nPage: ${page}`);
}
