// Checks the protocol's model with spin, whole and with each rule left out:
//   pnpm model                        all of it
//   pnpm model --short                what takes about 30 s
//   pnpm model --configuration near   one configuration
//   pnpm model --without contended    the protocol without one rule
import { parseArgs } from "node:util";

import { configurations, type Configuration } from "./configurations.ts";
import { rules, shortRules, type Rule } from "./rules.ts";
import { runSpin, spinVersion, type SpinResult } from "./run-spin.ts";

/** One run: the protocol in a configuration, whole or without a rule. */
interface Job {
  readonly title: string;
  readonly configuration: Configuration;
  readonly rule: Rule | undefined;
}

const { values } = parseArgs({
  options: {
    short: { type: "boolean", default: false },
    configuration: { type: "string" },
    without: { type: "string" },
  },
});
/** Half as much again as the largest configuration takes. */
const memoryMb = 6000;
/** Several times what the longest takes on a core of its own. */
const wallMs = 900_000;

const version = await spinVersion();
if (version === undefined) {
  console.log("skipped: the model needs spin and gcc (Debian: apt-get install spin gcc)");
} else {
  console.log(
    `${version}\n${row(["configuration or rule left out", "states", "depth", "s", "verdict"])}`,
  );
  process.exitCode = await runAll(chosenJobs());
}

async function runAll(jobs: readonly Job[]): Promise<number> {
  let failures = 0;
  for (const [index, job] of jobs.entries()) {
    progress(`${index + 1} of ${jobs.length}: ${job.title} ...`);
    const { configuration, rule } = job;
    const leftOut = rule === undefined ? [] : [rule.name, ...rule.together];
    const expected = rule?.expected ?? "holds";
    const result = await runSpin(
      [...configuration.switches, ...leftOut.map((name) => `NO_RULE_${name}`)],
      { isLong: expected === "holds" && !configuration.isShort, wallMs, memoryMb },
    );
    const isAsExpected = result.verdict === expected;
    if (!isAsExpected) failures += 1;
    progress("");
    console.log(resultRow(job, result, isAsExpected));
  }
  console.log(`${jobs.length} runs, ${failures} not as expected`);
  return failures > 0 ? 1 : 0;
}

function chosenJobs(): Job[] {
  const wanted = configurations.filter(
    ({ name, isShort }) =>
      (!values.short || isShort) &&
      (values.configuration === undefined || values.configuration === name),
  );
  const whole = wanted.map((configuration) => ({
    title: configuration.name,
    configuration,
    rule: undefined,
  }));
  const isOneRule = values.without !== undefined;
  const removals = rules
    .filter(({ name }) => !values.short || shortRules.has(name))
    .filter(({ name }) => !isOneRule || name === values.without?.toUpperCase())
    .flatMap((rule) => {
      const configuration = wanted.find(({ name }) => name === rule.configuration);
      const leftOut = [rule.name, ...rule.together].join(" and ").toLowerCase();
      const title = `${rule.configuration}: without ${leftOut}`;
      return configuration === undefined ? [] : [{ title, configuration, rule }];
    });
  const jobs = isOneRule ? removals : [...whole, ...removals];
  if (jobs.length > 0) return jobs;
  const names = new Set([...configurations, ...rules].map(({ name }) => `  ${name.toLowerCase()}`));
  console.error(`no such configuration or rule; there are\n${[...names].join("\n")}`);
  process.exit(2);
}

function resultRow({ title }: Job, result: SpinResult, isAsExpected: boolean): string {
  const { states, depth, seconds, verdict } = result;
  const numbers = [states.toLocaleString("en"), `${depth}`, seconds.toFixed(1)];
  return row([title, ...numbers, isAsExpected ? verdict : `${verdict}: NOT AS EXPECTED`]);
}

function row([title = "", ...others]: readonly string[]): string {
  const [states = "", depth = "", seconds = "", verdict = ""] = others;
  return `${title.padEnd(80)}${states.padStart(12)}${depth.padStart(8)}${seconds.padStart(8)}  ${verdict}`;
}

/** A line that the next one replaces, for people who wait. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${text}`);
  else if (text !== "") process.stderr.write(`${text}\n`);
}
