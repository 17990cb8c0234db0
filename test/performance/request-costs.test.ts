import { readFile } from "node:fs/promises";
import { openPool } from "@portcullis/test-servers";
import { createClient } from "@redis/client";
import { createTRPCClient, createWSClient, wsLink } from "@trpc/client";
import { afterAll, beforeAll, expect, onTestFailed, test, vi } from "vitest";
import { WebSocket } from "ws";
import type { AppRouter } from "../../apps/server/src/contract.ts";
import {
  newCredentials,
  startTestServers,
  type TestServers,
  type TestService,
} from "../../apps/server/src/test-service.ts";
import { startWorkCounter, type Work, type WorkCounter } from "./work-counter.ts";

/** What one request costs, in what does not depend on the machine. */
interface Cost {
  readonly redisCommands: number;
  readonly statements: number;
  readonly signatureChecks: number;
  /** By our code: two of a token, one of a row. */
  readonly parses: number;
}

const nothing: Cost = { redisCommands: 0, statements: 0, signatureChecks: 0, parses: 0 };

/** The table of docs/performance.md. A figure is changed here when it is meant to change. */
const costs = {
  "a protected call, its token known here": nothing,
  "ten of them in a batch": nothing,
  "the same over a WebSocket that is open": nothing,
  "a call that is refused, its token revoked and known here": nothing,
  "a public call": { ...nothing, parses: 1 },
  "a protected call, its token not known here, its rows in Redis": {
    redisCommands: 1,
    statements: 0,
    signatureChecks: 1,
    parses: 5,
  },
  "ten of that token in a batch": {
    redisCommands: 1,
    statements: 0,
    signatureChecks: 1,
    parses: 5,
  },
  "the same, its session in Postgres only: the first call after a login": {
    redisCommands: 2,
    statements: 1,
    signatureChecks: 1,
    parses: 5,
  },
  "the same, all its rows in Postgres only": {
    redisCommands: 4,
    statements: 3,
    signatureChecks: 1,
    parses: 5,
  },
  "the first call that is refused after a revocation": {
    redisCommands: 1,
    statements: 0,
    signatureChecks: 0,
    parses: 3,
  },
  "a call whose token has a false signature": {
    redisCommands: 0,
    statements: 0,
    signatureChecks: 1,
    parses: 2,
  },
  "`login`, from where the user was before": {
    redisCommands: 17,
    statements: 11,
    signatureChecks: 0,
    parses: 0,
  },
  "`refresh`": { redisCommands: 1, statements: 6, signatureChecks: 0, parses: 0 },
  "`logout`": { redisCommands: 2, statements: 7, signatureChecks: 0, parses: 1 },
  "`logoutEverywhere`": { redisCommands: 2, statements: 10, signatureChecks: 0, parses: 1 },
} as const satisfies Record<string, Cost>;

let servers: TestServers;
let here: TestService;
let counter: WorkCounter;

// The lease is the usual one: on a busy machine a shorter one could end between two calls.
const node = (): Promise<TestService> => servers.startNode({ config: { leaseMs: 5000 } });

beforeAll(async () => {
  servers = await startTestServers();
  here = await node();
  counter = await startWorkCounter(servers.redis.url);
  await sendEveryScriptOnce();
});
afterAll(async () => {
  await counter?.[Symbol.asyncDispose]();
  await here?.stop();
  await servers?.[Symbol.asyncDispose]();
});

/** Whoever sends a script first since Redis started sends it twice: by its name, then all of it. */
async function sendEveryScriptOnce(): Promise<void> {
  await mutate("auth.logout", { token: await knownToken() });
}

interface CallOptions {
  readonly token?: string;
  readonly input?: unknown;
  /** Default 200. */
  readonly status?: number;
}

const query = (service: TestService, path: string, options: CallOptions = {}): Promise<unknown> =>
  send(`${service.url}/trpc/${path}`, {}, options);

function mutate(path: string, { input, ...options }: CallOptions): Promise<unknown> {
  const body = input === undefined ? {} : { body: JSON.stringify(input) };
  const headers = { "content-type": "application/json" };
  return send(`${here.url}/trpc/${path}`, { method: "POST", headers, ...body }, options);
}

async function send(
  url: string,
  init: RequestInit,
  { token, status = 200 }: CallOptions,
): Promise<unknown> {
  const headers = new Headers(init.headers);
  if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
  const response = await fetch(url, { ...init, headers });
  const text = await response.text();
  expect({ status: response.status, text }).toMatchObject({ status });
  return JSON.parse(text);
}

const me = (service: TestService, token: string, status = 200): Promise<unknown> =>
  query(service, "auth.me", { token, status });

const tenOfMe = (service: TestService, token: string): Promise<unknown> =>
  query(service, `${Array.from({ length: 10 }, () => "auth.me").join(",")}?batch=1`, { token });

type Credentials = ReturnType<typeof newCredentials>;

async function signIn(
  credentials: Credentials,
): Promise<{ readonly accessToken: string; readonly refreshToken: string }> {
  const answer = (await mutate("auth.login", { input: credentials })) as {
    result: { data: Awaited<ReturnType<typeof signIn>> };
  };
  return answer.result.data;
}

/** A user who has signed in before. */
async function register(): Promise<Credentials> {
  const credentials = newCredentials();
  await mutate("auth.register", { input: { ...credentials, name: "Name" } });
  await signIn(credentials);
  return credentials;
}

/** An access token that no node has seen, of a user whose row is in Postgres only. */
async function newToken(): Promise<string> {
  return (await signIn(await register())).accessToken;
}

/** The same after a call: this node has its rows in memory, and Redis has them. */
async function knownToken(): Promise<string> {
  const token = await newToken();
  await me(here, token);
  return token;
}

const isLimit = (word: string): boolean => word.startsWith("portcullis:limit:");

/** A login looks for a mail to send, and one of a registration would be it. */
async function untilMailsAreSent(): Promise<void> {
  const pool = openPool(servers.database.url);
  try {
    await vi.waitFor(
      async () => expect((await pool.query("select from portcullis.mail")).rowCount).toBe(0),
      10_000,
    );
  } finally {
    await pool.end();
  }
}

/** As after their time to live; the cache's marker stays. */
async function removeRowsFromRedis(): Promise<void> {
  const client = createClient({ url: servers.redis.url });
  await client.connect();
  const rows = await client.keys("portcullis:*:v:*");
  expect(await client.del(rows)).toBeGreaterThan(0);
  client.destroy();
}

/** Counts; a test that fails tells all that was done. */
async function count(request: () => Promise<unknown>): Promise<Work> {
  const work = await counter.count(request);
  onTestFailed(() => console.error(JSON.stringify(work, null, 2)));
  return work;
}

function costOf({ redisCommands, statements, signatureChecks, parses }: Work): Cost {
  return {
    redisCommands: redisCommands.length,
    statements: statements.length,
    signatureChecks,
    parses: parses.ours.length,
  };
}

test("a protected call whose token is known asks nobody and parses nothing", async () => {
  const token = await knownToken();
  const work = await count(() => me(here, token));
  expect(costOf(work)).toEqual(costs["a protected call, its token known here"]);
  // Nor do Node and tRPC, for a query without input.
  expect(work.parses.others).toEqual([]);
  expect(costOf(await count(() => tenOfMe(here, token)))).toEqual(costs["ten of them in a batch"]);
});

test("nor does one over a WebSocket that is open", async () => {
  const token = await newToken();
  const client = createWSClient({
    url: `${here.url.replace("http", "ws")}/trpc`,
    WebSocket: WebSocket as unknown as typeof globalThis.WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
  });
  const { auth } = createTRPCClient<AppRouter>({ links: [wsLink({ client })] });
  await auth.me.query();
  const work = await count(() => auth.me.query());
  await client.close();
  expect(costOf(work)).toEqual(costs["the same over a WebSocket that is open"]);
  // tRPC's, of the message.
  expect(work.parses.others).toHaveLength(1);
});

test("nor does a public call, whatever token it brings", async () => {
  const created = (await mutate("posts.create", {
    token: await newToken(),
    input: { title: "Title", body: "Body" },
  })) as { result: { data: { id: string } } };
  const { id } = created.result.data;
  const path = `posts.byId?input=${encodeURIComponent(JSON.stringify({ id }))}`;
  // Redis has it from here on, and this node.
  await query(here, path);
  for (const token of ["", await newToken(), "not.a.token"]) {
    const work = await count(() => query(here, path, { token }));
    expect(costOf(work)).toEqual(costs["a public call"]);
  }
});

test("a token that is not known costs one round trip to Redis and one signature check", async () => {
  const token = await knownToken();
  await using one = await node();
  await using another = await node();
  expect(costOf(await count(() => me(one, token)))).toEqual(
    costs["a protected call, its token not known here, its rows in Redis"],
  );
  expect(costOf(await count(() => me(one, token)))).toEqual(
    costs["a protected call, its token known here"],
  );
  expect(costOf(await count(() => tenOfMe(another, token)))).toEqual(
    costs["ten of that token in a batch"],
  );
});

test("each other token of a user costs the same, and its user is not asked of Postgres", async () => {
  const credentials = await register();
  const { accessToken } = await signIn(credentials);
  await me(here, accessToken);
  await using other = await node();
  for (let at = 0; at < 10; at += 1) {
    const next = (await signIn(credentials)).accessToken;
    const first = await count(() => me(here, next));
    expect(costOf(first)).toEqual(
      costs["the same, its session in Postgres only: the first call after a login"],
    );
    expect(first.statements).toEqual([expect.stringContaining('from "portcullis"."session"')]);
    expect(costOf(await count(() => me(other, next)))).toEqual(
      costs["a protected call, its token not known here, its rows in Redis"],
    );
  }
});

test("rows that Redis does not have are three statements at once, and three fills", async () => {
  const token = await newToken();
  await using other = await node();
  await removeRowsFromRedis();
  const work = await count(() => me(other, token));
  expect(costOf(work)).toEqual(costs["the same, all its rows in Postgres only"]);
  expect(work.connectionsAtOnce).toBe(3);
  expect(costOf(await count(() => me(other, token)))).toEqual(
    costs["a protected call, its token known here"],
  );
});

test("a token with a false signature is not asked about, however often it comes", async () => {
  const [head, claims, signature = ""] = (await knownToken()).split(".");
  const first = signature.startsWith("A") ? "B" : "A";
  const forged = `${head}.${claims}.${first}${signature.slice(1)}`;
  for (let at = 0; at < 2; at += 1) {
    const work = await count(() => me(here, forged, 401));
    expect(costOf(work)).toEqual(costs["a call whose token has a false signature"]);
  }
});

test("a revoked token costs one round trip, and from then on nothing", async () => {
  for (const revoke of ["auth.logout", "auth.logoutEverywhere"]) {
    const token = await knownToken();
    await mutate(revoke, { token });
    const first = await count(() => me(here, token, 401));
    expect(costOf(first)).toEqual(costs["the first call that is refused after a revocation"]);
    const next = await count(() => me(here, token, 401));
    expect(costOf(next)).toEqual(costs["a call that is refused, its token revoked and known here"]);
  }
});

test("what login, refresh and the ends of sessions cost", async () => {
  const credentials = await register();
  await untilMailsAreSent();
  const login = await count(() => signIn(credentials));
  expect(costOf(login)).toEqual(costs["`login`, from where the user was before"]);
  // Nobody looks for mails when none was written.
  const ofMails = login.statements.filter((text) => text.includes('"portcullis"."mail"'));
  expect(ofMails).toEqual([]);
  const ofLimits = login.redisCommands.filter((words) => words.some(isLimit));
  expect(ofLimits).toEqual(login.redisCommands);

  const { accessToken: token, refreshToken } = await signIn(credentials);
  const refresh = await count(() => mutate("auth.refresh", { input: { refreshToken } }));
  expect(costOf(refresh)).toEqual(costs["`refresh`"]);

  await me(here, token);
  expect(costOf(await count(() => mutate("auth.logout", { token })))).toEqual(costs["`logout`"]);

  const { accessToken: last } = await signIn(credentials);
  await me(here, last);
  const everywhere = await count(() => mutate("auth.logoutEverywhere", { token: last }));
  expect(costOf(everywhere)).toEqual(costs["`logoutEverywhere`"]);
});

test("each other node sends one message to Redis when a session is ended", async () => {
  await using _second = await node();
  await using _third = await node();
  const token = await knownToken();
  const work = await count(() => mutate("auth.logout", { token }));
  const messages = work.redisCommands.filter(([name]) => name === "PUBLISH");
  expect(messages).toHaveLength(2);
  const own = work.redisCommands.filter(([name]) => name !== "PUBLISH");
  expect(costOf({ ...work, redisCommands: own })).toEqual(costs["`logout`"]);
});

test("docs/performance.md has these figures", async () => {
  const page = await readFile(new URL("../../docs/performance.md", import.meta.url), "utf8");
  const rows = Object.entries<Cost>(costs).map(([what, cost]) => {
    const { redisCommands, statements, signatureChecks, parses } = cost;
    return `| ${what} | ${redisCommands} | ${statements} | ${signatureChecks} | ${parses} |`;
  });
  const [, section = ""] = page.split("\n## What a request costs in round trips\n");
  const table = section.split("\n").filter((line) => line.startsWith("| "));
  expect(table.slice(2)).toEqual(rows);
});
