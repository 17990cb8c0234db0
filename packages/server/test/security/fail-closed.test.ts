import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { permissionMatrix } from "../permission-matrix.ts";
import { reasonOf } from "../start-auth.ts";
import type { Answer } from "../start-auth.ts";
import { insertPerson, validInputs } from "../valid-calls.ts";
import { startFragileWorld } from "./fragile-world.ts";
import type { FragileNode, FragileWorld } from "./fragile-world.ts";
import { signInQuickly } from "./quick-sign-in.ts";

/** With what a check rests on gone, one thing or several, nobody gets in, and nothing is said to be done. */
let world: FragileWorld;
let here: FragileNode;
let there: FragileNode;

beforeAll(async () => {
  world = await startFragileWorld({
    databaseTimeoutMs: 1000,
    auth: { roles: { custom: { moderator: ["users:read", "users:ban"] } } },
  });
  [here, there] = world.nodes;
});
afterAll(() => world[Symbol.asyncDispose]());

const queries = new Set([
  "me",
  "sessions.list",
  "account.activity",
  "admin.users.list",
  "admin.users.byId",
  "admin.auditLog",
]);

/** Makes a call of a procedure ready that would succeed, with an admin of its own. */
async function prepare(path: string): Promise<() => Promise<Answer>> {
  const caller = await signInQuickly(there, world.clock, "admin");
  const other = await insertPerson(there);
  const input = await validInputs[path]?.({ node: there, caller, other });
  const { accessToken: token } = caller.tokens;
  const query = input === undefined ? "" : `?input=${encodeURIComponent(JSON.stringify(input))}`;
  return () =>
    queries.has(path)
      ? here.query(`auth.${path}${query}`, { token })
      : here.mutate(`auth.${path}`, input, { token });
}

const patience = { timeout: 20_000 };

interface Outage {
  begin(): void;
}

const outages: Readonly<Record<string, Outage>> = {
  "Postgres refuses": {
    begin() {
      here.wayToPostgres.refuse();
      here.wayToPostgres.cut();
    },
  },
  "Postgres hears and does not answer": {
    begin: () => here.wayToPostgres.blackHole("to-client"),
  },
  "Postgres and Redis refuse": {
    begin() {
      for (const way of [here.wayToPostgres, here.wayToRedis]) {
        way.refuse();
        way.cut();
      }
    },
  },
  "Postgres and Redis are silent": {
    begin() {
      for (const way of [here.wayToPostgres, here.wayToRedis]) way.blackHole();
    },
  },
};

function heal(): void {
  for (const way of [here.wayToPostgres, here.wayToRedis]) way.heal();
}

describe.each(Object.entries(outages))("V16.5.3 V16.5.2 when %s", (_, { begin }) => {
  test("no call of any procedure succeeds, and none says what is not true", async () => {
    const paths = Object.keys(permissionMatrix);
    const calls: (() => Promise<Answer>)[] = [];
    for (const path of paths) calls.push(await prepare(path));
    const valid = await signInQuickly(there, world.clock);
    const revoked = await signInQuickly(there, world.clock);
    await there.mutate("auth.logout", undefined, { token: revoked.tokens.accessToken });

    begin();
    // What is in memory holds for a lease at most.
    const standing = async (): Promise<number> => (await here.me(valid.tokens.accessToken)).status;
    await expect.poll(standing, patience).toBe(503);
    const answers = await Promise.all(calls.map((call) => call()));
    expect(paths.map((path, index) => [path, reasonOf(answers[index] as Answer)])).toEqual(
      paths.map((path) => [path, expect.stringMatching(/^(?:unavailable|outcome_unknown)$/)]),
    );
    for (const { text } of answers) expect(text).not.toMatch(/accessToken|refreshToken/);
    expect((await here.me(revoked.tokens.accessToken)).status).not.toBe(200);
    expect(reasonOf(await here.me("garbage"))).toBe("token_invalid");

    heal();
    await expect.poll(standing, patience).toBe(200);
    expect(reasonOf(await here.me(revoked.tokens.accessToken))).toBe("token_revoked");
  });
});

test("V16.5.3 without the Redis that limits are counted in, they hold in the process", async () => {
  await using own = await startFragileWorld({ limitScale: 1 });
  const [node] = own.nodes;
  await own.redis.kill();
  const { email } = await insertPerson(node);
  const reasons: unknown[] = [];
  for (let index = 0; index < 7; index += 1) {
    reasons.push(reasonOf(await node.mutate("auth.login", { email, password: "wrong" })));
  }
  expect(reasons.slice(0, 5)).toEqual(Array(5).fill("invalid_credentials"));
  expect(reasons.slice(5)).toEqual(["rate_limited", "rate_limited"]);
});
