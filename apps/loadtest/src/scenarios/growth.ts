import { measureEntryBytes } from "./entry-bytes.ts";
import { halfOf } from "./fixed-rate.ts";
import { readLoad } from "./protected-query.ts";
import type { Scenario } from "./scenario.ts";

const sizes = [1000, 100_000];
const largestSize = 1_000_000;
const shortSizes = [100, 1000];
const seconds = 8;
const refreshSource = new URL("refresh-load.ts", import.meta.url);

const entryGoal = {
  goal: "An entry of the near cache, beside its row",
  wanted: "less than 400 bytes",
  bound: { kind: "most", value: 399 },
  inWords: (bytes: number) => `${bytes.toFixed(0)} bytes`,
} as const;

export const scenario: Scenario = {
  name: "growth",
  title: "More and more users",
  what: "The same calls with 1 000 and 100 000 users and sessions in the tables, and with 1 000 000 where the scenario is named: anybody's auth.me, and anybody's refresh.",
  async run(stage, context) {
    const { isShort, isNamed } = context.options;
    const all = isNamed ? [...sizes, largestSize] : sizes;
    let users = await stage.seed(1);
    for (const size of isShort ? shortSizes : all) {
      context.signal.throwIfAborted();
      context.say(`making ${size} users`);
      const refreshers = await stage.seed(size - users.count);
      // The first ones and those that were added have successive numbers.
      users = { ...users, count: size };
      const { run } = await context.load({
        ...readLoad(stage, users),
        label: `auth.me of ${size} users`,
        seconds,
      });
      await context.load({
        ...readLoad(stage, users),
        label: `auth.me of ${size} users, at a fixed rate`,
        loop: halfOf(run.requestsPerSecond),
        seconds,
      });
      await context.load({
        source: refreshSource,
        settings: { users: refreshers },
        label: `Refreshes among ${size} users`,
        loop: "closed",
        seconds,
      });
    }
    if (isShort) {
      context.leaveUnmeasured(entryGoal, "a short run says nothing");
      return;
    }
    context.say("bytes of an entry in memory");
    context.judge(entryGoal, await measureEntryBytes(context.signal));
  },
};
