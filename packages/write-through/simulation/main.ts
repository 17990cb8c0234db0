// Runs the protocol under a scheduler that chooses every order, with faults, seed after seed:
//   pnpm simulate --seeds 20000                        many lives, and a tenth as many of each story
//   pnpm simulate --seeds 500 --story joining          one story alone
//   pnpm simulate --seed 1234 --story life             one of them again
//   pnpm simulate --seeds 500 --without "PUBLISH needs its fence"     with a rule removed
import { parseArgs } from "node:util";
import { mutations } from "./mutations.ts";
import { openPool, type Batch, type BatchOutcome, type FailedSeed } from "./pool.ts";
import { storyNames, type StoryName } from "./stories.ts";

const maxShown = 20;

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1000" },
    seed: { type: "string" },
    first: { type: "string", default: "0" },
    story: { type: "string" },
    without: { type: "string" },
  },
});

const rule = values.without;
if (rule !== undefined && !mutations.some((known) => known.rule === rule)) {
  refuse(
    "rule",
    mutations.map((known) => known.rule),
  );
}
const story = storyOf(values.story);

const startedAtMs = performance.now();
await using pool = openPool();
const outcome = await pool.simulate({ batches: batches(), onProgress: showProgress });
if (process.stderr.isTTY) process.stderr.write("\r\u001B[K");
for (const failure of outcome.failures.slice(0, maxShown)) show(failure);
const seconds = (performance.now() - startedAtMs) / 1000;
console.log(
  `${outcome.seeds} seeds, ${outcome.operations} operations, ` +
    `${outcome.failures.length} seeds with violations, ${seconds.toFixed(1)} s`,
);
process.exitCode = outcome.failures.length > 0 ? 1 : 0;

function batches(): Batch[] {
  if (values.seed !== undefined) {
    return [{ first: Number(values.seed), count: 1, story: story ?? "life", rule }];
  }
  const [first, count] = [Number(values.first), Number(values.seeds)];
  if (story !== undefined) return [{ first, count, story, rule }];
  return storyNames.map((name) => ({
    first,
    count: name === "life" ? count : Math.ceil(count / 10),
    story: name,
    rule,
  }));
}

function show({ seed, story: played, violations, faults }: FailedSeed): void {
  console.log(`seed ${seed} of "${played}": ${violations.length} violations`);
  for (const violation of violations.slice(0, 5)) {
    console.log(`  ${violation.rule}: ${violation.detail}`);
  }
  for (const fault of faults) console.log(`  ${fault}`);
  const without = rule === undefined ? "" : ` --without "${rule}"`;
  console.log(`  again: pnpm simulate --seed ${seed} --story "${played}"${without}`);
}

function showProgress({ seeds, failures }: BatchOutcome): void {
  if (!process.stderr.isTTY) return;
  const total = batches().reduce((sum, { count }) => sum + count, 0);
  const elapsedS = (performance.now() - startedAtMs) / 1000;
  const restS = (elapsedS / seeds) * (total - seeds);
  process.stderr.write(
    `\r${seeds} of ${total} seeds, ${failures.length} failed, ${restS.toFixed(0)} s to go \u001B[K`,
  );
}

function storyOf(name: string | undefined): StoryName | undefined {
  if (name === undefined) return undefined;
  return storyNames.find((known) => known === name) ?? refuse("story", storyNames);
}

function refuse(what: string, known: readonly string[]): never {
  console.error(`No such ${what}. There are:\n${known.map((name) => `  ${name}`).join("\n")}`);
  process.exit(2);
}
