import { measureBareHashes } from "../stage/bare-hashes.ts";
import { asMs, asPercent } from "./goals.ts";
import type { LoginSettings } from "./login-load.ts";
import type { Scenario } from "./scenario.ts";

const source = new URL("login-load.ts", import.meta.url);
const rounds = 3;
const bareSeconds = 3;
const shortBareSeconds = 0.3;
const stormSeconds = 7;
/** So that nobody opens more sessions than a user may have, up to 400 logins per second. */
const usersASecond = 20;
const usersMin = 100;
/** Enough for the hasher to be always busy, and below what it lets wait. */
const connections = 16;

const capacityGoal = {
  goal: "Logins of a node, of the bare Argon2id hashes of its processor",
  wanted: "at least 90 %",
  bound: { kind: "least", value: 0.9 },
  inWords: asPercent,
} as const;
const delayGoal = {
  goal: "Event-loop delay of a node in a login storm, p99",
  wanted: "at most 50 ms",
  bound: { kind: "most", value: 50 },
  inWords: asMs,
} as const;

export const scenario: Scenario = {
  name: "login-storm",
  title: "Login storm",
  what: `As many logins as one node takes, with the Argon2id cost of the service; in turns with nothing but its hashes on the same processor.`,
  nodes: { first: 1, most: 1 },
  async run(stage, context) {
    const { isShort, seconds: loadSeconds = stormSeconds } = context.options;
    const { passwordHash: hash, password, cpus } = stage;
    const seconds = isShort ? shortBareSeconds : bareSeconds;
    const shares: number[] = [];
    const delays: number[] = [];
    for (let round = 1; round <= (isShort ? 1 : rounds); round += 1) {
      context.say(`bare hashes, round ${round}`);
      const bare = await measureBareHashes({ hash, password, seconds }, cpus.nodes[0]);
      const users = await stage.seed(Math.max(usersMin, Math.ceil(usersASecond * loadSeconds)));
      const settings: LoginSettings = { users };
      const { run } = await context.load({
        source,
        settings,
        label: `Logins, round ${round}`,
        loop: "closed",
        connections,
        seconds: stormSeconds,
      });
      shares.push(run.requestsPerSecond / bare);
      delays.push(run.cost?.eventLoopDelayMs.p99 ?? Number.NaN);
      context.find(
        "plain",
        `Round ${round}: ${bare.toFixed(1)} bare hashes per second, ${run.requestsPerSecond.toFixed(1)} logins per second.`,
      );
    }
    if (cpus.nodesAlone < 1) {
      context.leaveUnmeasured(capacityGoal, "the node has no processor of its own");
      context.leaveUnmeasured(delayGoal, "the node has no processor of its own");
      return;
    }
    context.judge(capacityGoal, shares);
    context.judge(delayGoal, delays);
  },
};
