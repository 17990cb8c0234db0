// Runs the protocol under a scheduler that chooses every order, with faults, seed after seed:
//   pnpm simulate --seeds 20000            many stories
//   pnpm simulate --seed 1234              one of them again
//   pnpm simulate --seeds 500 --without "PUBLISH needs its fence"     with a rule removed
import { parseArgs } from "node:util";
import { mutations } from "./mutations.ts";
import { runSeed } from "./run-seed.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1000" },
    seed: { type: "string" },
    first: { type: "string", default: "0" },
    without: { type: "string" },
  },
});

const mutation = mutations.find(({ rule }) => rule === values.without);
if (values.without !== undefined && mutation === undefined) {
  console.error(`No such rule. There are:\n${mutations.map(({ rule }) => `  ${rule}`).join("\n")}`);
  process.exit(2);
}
const only = values.seed === undefined ? undefined : Number(values.seed);
const first = only ?? Number(values.first);
const count = only === undefined ? Number(values.seeds) : 1;

const startedAtMs = performance.now();
let operations = 0;
let failures = 0;
for (let seed = first; seed < first + count; seed += 1) {
  const outcome = await runSeed(seed, mutation);
  operations += outcome.operations;
  if (outcome.violations.length > 0) {
    failures += 1;
    console.log(`seed ${seed}: ${outcome.violations.length} violations`);
    for (const { rule, detail } of outcome.violations.slice(0, 5)) {
      console.log(`  ${rule}: ${detail}`);
    }
    for (const fault of outcome.faults) console.log(`  ${fault}`);
    const without = mutation === undefined ? "" : ` --without "${mutation.rule}"`;
    console.log(`  again: pnpm simulate --seed ${seed}${without}`);
  }
  const done = seed - first + 1;
  if (done % 100 === 0 && process.stderr.isTTY) {
    process.stderr.write(`\r${done} of ${count} seeds, ${failures} failed `);
  }
}
const seconds = (performance.now() - startedAtMs) / 1000;
console.log(
  `${count} seeds, ${operations} operations, ${failures} seeds with violations, ${seconds.toFixed(1)} s`,
);
process.exitCode = failures > 0 ? 1 : 0;
