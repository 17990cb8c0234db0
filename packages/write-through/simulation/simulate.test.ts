import { afterAll, expect, it } from "vitest";
import { mutations } from "./mutations.ts";
import { openPool } from "./pool.ts";
import { runSeed } from "./run-seed.ts";
import { storyNames } from "./stories.ts";

const pool = openPool();
afterAll(() => pool[Symbol.asyncDispose]());

const lives = 20_000;
const ofEachStory = 250;
/** Within so many seeds the loss of a rule must show. */
const seedsToMissARule = 4000;

it(`over ${lives} lives and ${ofEachStory} of each story, reads return what Postgres had, operations end, no fence is left and the cache comes back`, async () => {
  const outcome = await pool.simulate({
    batches: storyNames.map((story) => ({
      first: 0,
      count: story === "life" ? lives : ofEachStory,
      story,
    })),
    isEnough: ({ failures }) => failures.length > 0,
  });
  // One of them again: pnpm simulate --seed SEED --story STORY
  expect(outcome.failures).toEqual([]);
  expect(outcome.seeds).toBe(lives + (storyNames.length - 1) * ofEachStory);
}, 900_000);

it("tells the same story for the same seed", async () => {
  expect(await runSeed(46)).toEqual(await runSeed(46));
  expect(await runSeed(46)).not.toEqual(await runSeed(47));
});

it.each(mutations.map(({ rule, story, shownBy }) => ({ rule, story, shownBy })))(
  "without the rule that $rule, some seed goes wrong",
  async ({ rule, story = "life", shownBy = 0 }) => {
    const { failures } = await pool.simulate({
      batches: [{ first: shownBy, count: seedsToMissARule, story, rule }],
      isEnough: (sum) => sum.failures.length > 0,
    });
    expect(failures.length).toBeGreaterThan(0);
  },
  300_000,
);
