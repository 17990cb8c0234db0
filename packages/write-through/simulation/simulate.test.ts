import { expect, it } from "vitest";
import { mutations } from "./mutations.ts";
import { runSeed } from "./run-seed.ts";

const seeds = 600;
/** Within so many seeds the loss of a rule must show; the slowest needs about 250. */
const seedsToMissARule = 2000;

it(`over ${seeds} seeds, reads return what Postgres had, operations end, and no fence is left`, async () => {
  for (let seed = 0; seed < seeds; seed += 1) {
    const { violations, faults } = await runSeed(seed);
    expect({ seed, violations, faults }).toEqual({ seed, violations: [], faults });
  }
}, 300_000);

it("tells the same story for the same seed", async () => {
  expect(await runSeed(46)).toEqual(await runSeed(46));
  expect(await runSeed(46)).not.toEqual(await runSeed(47));
});

it.each(mutations.map((mutation) => ({ rule: mutation.rule, mutation })))(
  "without the rule that $rule, some seed goes wrong",
  async ({ mutation }) => {
    for (let seed = 0; seed < seedsToMissARule; seed += 1) {
      const { violations } = await runSeed(seed, mutation);
      if (violations.length > 0) return;
    }
    expect.unreachable(`no violation in ${seedsToMissARule} seeds`);
  },
  300_000,
);
