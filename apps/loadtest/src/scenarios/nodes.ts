import { asPercent } from "./goals.ts";
import { readLoad } from "./protected-query.ts";
import type { Scenario } from "./scenario.ts";

const most = 3;
const tokens = 10_000;
const shortTokens = 100;
const connectionsANode = 32;

const goal = {
  goal: "What a second node adds to the capacity of the first one",
  wanted: "at least 85 %",
  bound: { kind: "least", value: 0.85 },
  inWords: asPercent,
} as const;

export const scenario: Scenario = {
  name: "nodes",
  title: "More nodes",
  what: `Calls of auth.me with ${tokens} tokens, spread over one, two and three nodes.`,
  nodes: { first: 1, most },
  async run(stage, context) {
    const users = await stage.seed(context.options.isShort ? shortTokens : tokens);
    const capacities: number[] = [];
    let isGeneratorTheLimit = false;
    for (let nodes = 1; nodes <= most; nodes += 1) {
      while (stage.targets().length < nodes) await stage.addNode();
      const { run } = await context.load({
        ...readLoad(stage, users),
        label: nodes === 1 ? "1 node" : `${nodes} nodes`,
        connections: nodes * connectionsANode,
      });
      capacities.push(run.requestsPerSecond);
      if (nodes <= 2 && run.generatorTrouble !== undefined) isGeneratorTheLimit = true;
    }
    const [one = Number.NaN, two = Number.NaN] = capacities;
    if (stage.cpus.nodesAlone < 2) {
      context.leaveUnmeasured(goal, "the nodes share processors here");
    } else if (isGeneratorTheLimit) {
      context.leaveUnmeasured(goal, "the generator could not keep them busy");
    } else {
      context.judge(goal, [(two - one) / one]);
    }
  },
};
