import { Client } from "undici";
import { createTokenMint, type TokenMint } from "../stage/minted-tokens.ts";
import { sessionIdOf, type SeededUsers } from "../stage/seeded-users.ts";
import type { Stage } from "../stage/stage.ts";
import { spreadOf } from "../spread.ts";
import { asFactor } from "./goals.ts";
import type { LogoutOnlySettings } from "./logout-only-load.ts";
import type { Scenario, ScenarioContext } from "./scenario.ts";
import { mutationOf, queryOf } from "./trpc-request.ts";
import type { LoadRequest } from "../load.ts";

const nodes = 3;
const sizes = {
  full: { rounds: 30, logoutsARound: 10 },
  short: { rounds: 2, logoutsARound: 3 },
};
const callTimeoutMs = 15_000;
const loadSeconds = 5;
const connections = 8;
/** More than one after the other can log out in a second, and those of the warm-up. */
const usersASecond = 2000;
const usersMin = 5000;

const goal = {
  goal: `A log-out with ${nodes} nodes that all have the session in memory, against the bare UPDATE and COMMIT: time`,
  wanted: "at most 3 times",
  bound: { kind: "most", value: 3 },
  inWords: asFactor,
} as const;

export const scenario: Scenario = {
  name: "logout-cost",
  title: "What a log-out costs",
  what: "Log-outs over HTTP, one at a time, of sessions that every node has in memory; in turns with an UPDATE of one row in a transaction of its own. First with one node, then with three.",
  nodes: { first: 1, most: nodes },
  async run(stage, context) {
    const { rounds, logoutsARound } = context.options.isShort ? sizes.short : sizes.full;
    const users = await stage.seed(2 * (rounds + 1) * logoutsARound);
    await stage.repository.copySessions();
    const perPart = users.count / 2;
    const parts = [
      { ...users, count: perPart },
      { ...users, first: users.first + perPart, count: perPart },
    ];
    for (const [index, part] of parts.entries()) {
      const isLast = index === parts.length - 1;
      while (isLast && stage.targets().length < nodes) await stage.addNode();
      const ratios = await compareLogouts(stage, context, part, logoutsARound);
      if (isLast) context.judge(goal, ratios);
      await loadLogouts(stage, context);
    }
  },
};

/** Several at once, for what they cost besides time. */
async function loadLogouts(stage: Stage, context: ScenarioContext): Promise<void> {
  const seconds = context.options.seconds ?? loadSeconds;
  const settings: LogoutOnlySettings = {
    key: stage.key,
    users: await stage.seed(usersMin + Math.ceil(usersASecond * seconds)),
  };
  const label = `Log-outs alone, ${inWords(stage.targets().length)}`;
  const source = new URL("logout-only-load.ts", import.meta.url);
  await context.load({ source, settings, label, loop: "closed", connections, seconds });
}

/** @returns how many times the bare transaction a log-out took, a round each. */
async function compareLogouts(
  stage: Stage,
  context: ScenarioContext,
  users: SeededUsers,
  logoutsARound: number,
): Promise<readonly number[]> {
  const targets = stage.targets();
  const words = inWords(targets.length);
  await using opened = new AsyncDisposableStack();
  const clients = targets.map((target) => {
    const client = new Client(target, {
      headersTimeout: callTimeoutMs,
      bodyTimeout: callTimeoutMs,
    });
    return opened.adopt(client, (open) => open.destroy());
  });
  const mint = createTokenMint(stage.key, users);
  const logouts: number[] = [];
  const bare: number[] = [];
  const rounds = users.count / logoutsARound;
  for (let round = 0; round < rounds; round += 1) {
    context.signal.throwIfAborted();
    context.say(`${words}, round ${round} of ${rounds - 1}`);
    const first = users.first + round * logoutsARound;
    const numbers = Array.from({ length: logoutsARound }, (_, at) => first + at);
    for (const client of clients) {
      for (const user of numbers) await call(client, readOf(mint, user));
    }
    const [client] = clients;
    if (client === undefined) throw new Error("There is no node");
    const timeBare = (): Promise<number> =>
      timeOf(numbers, (user) => stage.repository.revokeBarely(sessionIdOf(users, user)));
    // Neither always comes after the other.
    const bareBefore = round % 2 === 0 ? await timeBare() : undefined;
    const logoutMs = await timeOf(numbers, (user) => call(client, logoutOf(mint, user)));
    const bareMs = bareBefore ?? (await timeBare());
    // The first one opens connections and compiles.
    if (round === 0) continue;
    logouts.push(logoutMs);
    bare.push(bareMs);
  }
  const ratios = logouts.map((ms, round) => ms / (bare[round] ?? Number.NaN));
  context.find(
    "plain",
    `With ${words}: ${inMs(logouts)} a log-out, ${inMs(bare)} the bare UPDATE and COMMIT, ${asFactor(spreadOf(ratios).median)} as much (medians of ${logouts.length} rounds).`,
  );
  return ratios;
}

function readOf(mint: TokenMint, user: number): LoadRequest {
  return queryOf({ kind: "read", procedure: "auth.me", address: user, token: mint.tokenOf(user) });
}

function logoutOf(mint: TokenMint, user: number): LoadRequest {
  const token = mint.tokenOf(user);
  return mutationOf({ kind: "logout", procedure: "auth.logout", address: user, token });
}

/** Of one of them, in milliseconds. */
async function timeOf(
  users: readonly number[],
  work: (user: number) => Promise<unknown>,
): Promise<number> {
  const startedMs = performance.now();
  for (const user of users) await work(user);
  return (performance.now() - startedMs) / users.length;
}

async function call(client: Client, { method, path, headers, body }: LoadRequest): Promise<void> {
  const answer = await client.request({ method, path, headers, body: body ?? null });
  await answer.body.dump();
  if (answer.statusCode === 200) return;
  throw new Error(`${path} was answered with status ${answer.statusCode}`);
}

function inWords(nodeCount: number): string {
  return nodeCount === 1 ? "1 node" : `${nodeCount} nodes`;
}

function inMs(values: readonly number[]): string {
  return `${spreadOf(values).median.toPrecision(3)} ms`;
}
