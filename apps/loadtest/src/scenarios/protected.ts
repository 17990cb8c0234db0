import { halfOf } from "./fixed-rate.ts";
import { asFactor } from "./goals.ts";
import { readLoad, readLoadOf } from "./protected-query.ts";
import { tellOfRefusals } from "./refusals-elsewhere.ts";
import type { Load, Scenario } from "./scenario.ts";

const manyTokens = 10_000;
const batchCalls = 10;
const rounds = 3;
const roundSeconds = 5;
/** For each token to be used once, at a third of the speed of here. */
const firstSeconds = 12;

const manyGoal = {
  goal: `${manyTokens} tokens cost what one costs: CPU of a request`,
  wanted: "at most 1.2 times",
  bound: { kind: "most", value: 1.2 },
  inWords: asFactor,
} as const;

export const scenario: Scenario = {
  name: "protected",
  title: "Protected query",
  what: `Calls of auth.me: with one token and with ${manyTokens} in turns, in batches of ${batchCalls}, and at a fixed rate.`,
  async run(stage, context) {
    const { isShort } = context.options;
    const users = await stage.seed(isShort ? 100 : manyTokens);
    const one = { ...users, count: 1 };
    await context.load({
      ...readLoad(stage, users, { order: "in turn" }),
      label: `${users.count} tokens, most of them for the first time`,
      seconds: firstSeconds,
    });
    const ratios: number[] = [];
    let capacity = 0;
    for (let round = 1; round <= (isShort ? 1 : rounds); round += 1) {
      const seconds = roundSeconds;
      const single = await context.load({
        ...readLoad(stage, one),
        label: `1 token, round ${round}`,
        seconds,
      });
      const many = await context.load({
        ...readLoad(stage, users, { order: "in turn" }),
        label: `${users.count} tokens, round ${round}`,
        seconds,
      });
      capacity = many.run.requestsPerSecond;
      ratios.push(
        (many.run.cost?.cpuMicrosPerRequest ?? Number.NaN) /
          (single.run.cost?.cpuMicrosPerRequest ?? Number.NaN),
      );
    }
    context.judge(manyGoal, ratios);
    await context.load({
      ...readLoad(stage, users, { calls: batchCalls }),
      label: `Batches of ${batchCalls}`,
    });
    await context.load({
      ...readLoad(stage, users),
      label: `${users.count} tokens, at a fixed rate`,
      loop: halfOf(capacity),
    });
  },
  elsewhereNeedsAccount: true,
  async runElsewhere({ logIn }, context) {
    if (logIn === undefined) throw new Error("The protected query needs an account");
    const load = async (label: string, loop: Load["loop"], calls = 1): Promise<number> => {
      const { run } = await context.load({ ...readLoadOf(await logIn(), calls), label, loop });
      tellOfRefusals(run.failures, context);
      return run.requestsPerSecond;
    };
    const capacity = await load("1 token", "closed");
    await load(`Batches of ${batchCalls}`, "closed", batchCalls);
    await load("1 token, at a fixed rate", halfOf(capacity));
  },
};
