import { once } from "node:events";
import { createServer, request, type IncomingMessage } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { createAuth, maxBatchSize, type Auth, type AuthContext } from "@portcullis/server";
import { createMemoryStore, createWriteThroughCache } from "@portcullis/write-through";
import { initTRPC } from "@trpc/server";
import { Kysely, PostgresDialect } from "kysely";
import { Client, Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { createAppRouter, type BuiltAppRouter } from "../app-router.ts";
import { runCommand, startNodeFor, variablesFor } from "../cli/test-command.ts";
import type { ServiceConfig } from "../config.ts";
import { readServicePermission } from "../health/service-procedures.ts";
import { createLab } from "../lab/lab.ts";
import type { LabConfig } from "../lab/lab-config.ts";
import { createLogger } from "../log.ts";
import type { Database } from "../storage.ts";
import {
  clientOf,
  newCredentials,
  signedInClient,
  startTestServers,
  type TestServers,
  type TestService,
} from "../test-service.ts";
import { createQueryAnswerer } from "./answer-queries.ts";
import { createHttpApp } from "./http-app.ts";
import { maxUrlCharacters } from "./http-limits.ts";
import { procedureNames } from "./procedure-names.ts";
import { readQueryRequest } from "./query-request.ts";
import { createRequestLog } from "./request-log.ts";

/**
 * The answerer says what the application would say: each query is sent as it is, and once more with a
 * header that only makes the application answer it.
 */
const toApplication = ["Accept: text/jsonl"];
const host = "api.test";
const labConfig: LabConfig = { nodes: [{ name: "here", url: "http://here.test" }], control: null };

let servers: TestServers;
/** Its time stands still, so that two answers can be the same. */
let service: TestService;
let queries: ReadonlySet<string>;
let nowMs = Date.now();
let postId: string;
/** The Authorization header of each caller. */
const callers: Record<string, readonly string[]> = {};

beforeAll(async () => {
  servers = await startTestServers();
  service = await startNodeFor(servers, { now: () => nowMs, config: { lab: labConfig } });
  queries = procedureNames(routerOf(labConfig), "query");

  const expired = await signedInClient(service);
  nowMs += 601_000;
  const revoked = await signedInClient(service);
  await revoked.api.auth.logout.mutate();
  const user = await signedInClient(service);
  ({ id: postId } = await user.api.posts.create.mutate({ title: "Grüße", body: "„Body“ \u2028" }));
  const { email, password } = newCredentials();
  const words = ["user", "create-admin", "--email", email, "--name", "Root", "--password-stdin"];
  await runCommand(variablesFor(servers), words, `${password}\n`);
  const admin = await clientOf(service).api.auth.login.mutate({ email, password });

  const bearers = {
    "a user": user.accessToken,
    "an admin": admin.accessToken,
    "a revoked token": revoked.accessToken,
    "an expired token": expired.accessToken,
    "a broken token": `${user.accessToken}x`,
    "no token at all": "nonsense",
  };
  for (const [caller, token] of Object.entries(bearers)) {
    callers[caller] = [`Authorization: Bearer ${token}`];
  }
  callers["a stranger"] = [];
  callers["another scheme"] = ["Authorization: Basic YTpi"];
  callers["two tokens"] = Array(2).fill(`Authorization: Bearer ${user.accessToken}`);
});
afterAll(async () => {
  await service?.stop();
  await servers?.[Symbol.asyncDispose]();
});

/** The service's own router; nothing that it stands on is started. */
function routerOf(config: LabConfig): BuiltAppRouter {
  const database = new Kysely<Database>({ dialect: new PostgresDialect({ pool: new Pool() }) });
  const cache = createWriteThroughCache({ database, store: createMemoryStore() });
  const tokens = { issuer: "https://auth.test", audience: "https://api.test" };
  const secret = "a secret of the tests, 32 bytes or more";
  const roles = { permissions: [readServicePermission] };
  const accounts = { requireVerifiedEmail: false };
  const auth = createAuth({ database, cache, secret, tokens, accounts, roles });
  const checkHealth = () => Promise.reject(new Error("Not called"));
  const posts = {} as Parameters<typeof createAppRouter>[0]["posts"];
  const lab = createLab(tokens as ServiceConfig, config, Date.now);
  return createAppRouter({ auth, posts, checkHealth, lab });
}

interface Answer {
  readonly status: number;
  /** Of HTTP, where the case of a name says nothing. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Asking {
  readonly headers?: readonly string[];
  readonly host?: string;
  readonly to?: Pick<TestService, "url">;
}

/** Sends bytes, which HTTP clients would mend, and reads the answer off the wire. */
function exchange({ url }: Pick<TestService, "url">, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(new URL(url).port), "127.0.0.1", () =>
      socket.write(Buffer.from(bytes, "latin1")),
    );
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.on("error", reject);
    socket.on("close", () => resolve(Buffer.concat(chunks).toString()));
  });
}

/** Of an answer, all but what no two have in common: the time and the id of its request. */
function readAnswer(text: string): Answer {
  const [head = "", body = ""] = text.split(/\r\n\r\n(.*)/s);
  const [statusLine = "", ...lines] = head.split("\r\n");
  const { date, ...headers } = Object.fromEntries(
    lines
      .map((line) => line.split(/: (.*)/s, 2))
      .map(([name = "", value = ""]) => [name.toLowerCase(), value]),
  );
  expect(date).toMatch(/ GMT$/);
  return {
    status: Number(statusLine.split(" ")[1]),
    headers,
    body: body.replaceAll(/"requestId":"[0-9a-f-]{36}"/g, '"requestId":"its id"'),
  };
}

async function ask(target: string, { headers = [], to = service, ...asking }: Asking = {}) {
  const lines = [`Host: ${asking.host ?? host}`, "Connection: close", ...headers];
  return readAnswer(await exchange(to, `GET ${target} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`));
}

/** Does the answerer take it? */
function isTaken(target: string, { headers = [], ...asking }: Asking = {}): boolean {
  const rawHeaders = [`Host: ${asking.host ?? host}`, ...headers].flatMap((line) =>
    line.split(": ", 2),
  );
  const incoming = { method: "GET", url: target, rawHeaders } as unknown as IncomingMessage;
  return readQueryRequest(incoming, queries) !== undefined;
}

/** Sends a query both ways, and returns the one answer that both have given. */
async function askBoth(target: string, { headers = [], ...asking }: Asking = {}): Promise<Answer> {
  const plain = { ...asking, headers };
  const other = { ...asking, headers: [...headers, ...toApplication] };
  expect([isTaken(target, plain), isTaken(target, other)]).toEqual([true, false]);
  const answer = await ask(target, plain);
  expect(answer).toEqual(await ask(target, other));
  return answer;
}

const encoded = (input: unknown): string => encodeURIComponent(JSON.stringify(input));

/** An input that it takes; undefined where it takes none. */
const validInputs: Readonly<Record<string, () => unknown>> = {
  "auth.me": () => undefined,
  "auth.sessions.list": () => undefined,
  "auth.account.activity": () => ({ limit: 5 }),
  "auth.admin.users.list": () => ({ limit: 5 }),
  "auth.admin.users.byId": () => ({ userId: "00000000-0000-4000-8000-000000000000" }),
  "auth.admin.auditLog": () => ({ limit: 5 }),
  "posts.list": () => ({ limit: 5 }),
  "posts.byId": () => ({ id: postId }),
  "service.health": () => undefined,
  "lab.describe": () => undefined,
  "lab.checked": () => undefined,
  "lab.stateless": () => undefined,
  "lab.cached": () => undefined,
  "lab.lastWrite": () => ({ traceId: "00000000-0000-4000-8000-000000000000" }),
};
/** Tells how often the cache was read, which a second answer has changed. */
const changing = new Set(["service.health"]);

it("every query of the service is asked here", () => {
  expect(Object.keys(validInputs).toSorted()).toEqual([...queries].toSorted());
});

it.each([
  ["a user", [200, "accepted"]],
  ["an admin", [200, "accepted"]],
  ["a stranger", [401, "unauthenticated"]],
  ["a revoked token", [401, "token_revoked"]],
  ["an expired token", [401, "token_expired"]],
  ["a broken token", [401, "token_invalid"]],
  ["no token at all", [401, "token_invalid"]],
  ["another scheme", [401, "token_invalid"]],
  ["two tokens", [401, "token_invalid"]],
] as const)("%s is what it is called", async (caller, standing) => {
  const { status, body } = await askBoth("/trpc/auth.me", { headers: callers[caller] ?? [] });
  const [, reason = "accepted"] = /"reason":"(\w+)"/.exec(body) ?? [];
  expect([status, reason]).toEqual(standing);
});

describe.each([
  "a user",
  "an admin",
  "a stranger",
  "a revoked token",
  "an expired token",
  "a broken token",
  "no token at all",
  "another scheme",
  "two tokens",
])("V4.1.1 %s is told what the application would say", (caller) => {
  it.each(Object.keys(validInputs))("by %s", async (name) => {
    const headers = callers[caller] ?? [];
    const input = validInputs[name]?.();
    const asked = [
      `/trpc/${name}${input === undefined ? "" : `?input=${encoded(input)}`}`,
      `/trpc/${name}`,
      `/trpc/${name}?input=${encoded({ unknown: 1 })}`,
      `/trpc/${name}?input=null`,
      `/trpc/${name}?input=%5B%5D`,
      `/trpc/${name}?batch=1&input=${encoded({ 0: input })}`,
    ];
    const statuses = [];
    for (const target of asked) {
      if (caller === "an admin" && changing.has(name)) continue;
      statuses.push((await askBoth(target, { headers })).status);
    }
    expect(statuses.every((status) => status < 500)).toBe(true);
  });
});

it("an admin is told of the service's health, with the same headers and fields", async () => {
  const headers = callers["an admin"] ?? [];
  const [one, other] = [
    await ask("/trpc/service.health", { headers }),
    await ask("/trpc/service.health", { headers: [...headers, ...toApplication] }),
  ].map(({ status, body, headers: { "content-length": length, ...rest } }) => {
    const { result } = JSON.parse(body) as { result: { data: Record<string, unknown> } };
    expect(Number(length)).toBe(Buffer.byteLength(body));
    return {
      status,
      rest,
      data: { ...result.data, metrics: Object.keys(result.data["metrics"] ?? {}) },
    };
  });
  expect(one).toEqual(other);
  expect(one?.status).toBe(200);
});

describe("a batch", () => {
  const me = "auth.me";
  it.each<readonly [string, readonly string[], number, string]>([
    ["whose calls are all good", [me, "posts.list", "lab.describe"], 200, "a user"],
    ["of which one fails", [me, "posts.byId"], 207, "a user"],
    ["of which all fail alike", [me, "auth.sessions.list"], 401, "a stranger"],
    ["of which all fail, each in its way", [me, "posts.byId"], 207, "a stranger"],
    ["of which one may not", [me, "auth.admin.auditLog"], 207, "a user"],
    ["of ten", Array<string>(maxBatchSize).fill(me), 200, "a user"],
    ["of ten with a revoked token", Array<string>(maxBatchSize).fill(me), 401, "a revoked token"],
    ["of one", [me], 200, "a user"],
  ])("%s", async (_what, names, status, caller) => {
    const inputs = Object.fromEntries(
      names.map((name, index) => [index, name === "posts.list" ? { limit: 1 } : undefined]),
    );
    const target = `/trpc/${names.join(",")}?batch=1&input=${encoded(inputs)}`;
    const answer = await askBoth(target, { headers: callers[caller] ?? [] });
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toHaveLength(names.length);
  });

  it("names one request in all its errors", async () => {
    const text = await exchange(
      service,
      `GET /trpc/auth.me,auth.me?batch=1 HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
    );
    const ids = Array.from(text.matchAll(/"requestId":"([^"]+)"/g), ([, id]) => id);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });
});

describe("what a request says besides", () => {
  it.each([
    ["an empty input", "/trpc/posts.list?input="],
    ["parameters that nobody reads", "/trpc/auth.me?x=1&callback=alert&_method=POST&lastEventId=1"],
    ["batch=0", "/trpc/auth.me?batch=0"],
    ["batch=1 and then batch=0", "/trpc/auth.me?batch=1&batch=0"],
    ["batch=0 and then batch=1", "/trpc/auth.me?batch=0&batch=1"],
    ["two inputs", "/trpc/posts.list?input=%7B%22limit%22%3A1%7D&input=%7B%22limit%22%3A2%7D"],
    ["a broken escape", "/trpc/auth.me?x=%zz&input=%22%ff%22"],
    [
      "a batch's input of a prototype",
      "/trpc/auth.me?batch=1&input=%7B%22__proto__%22%3A%7B%220%22%3A1%7D%7D",
    ],
    [
      "an input of a prototype",
      "/trpc/posts.list?input=%7B%22__proto__%22%3A%7B%22limit%22%3A1%7D%7D",
    ],
    ["a deep input", `/trpc/posts.list?input=${"%5B".repeat(500)}${"%5D".repeat(500)}`],
  ])("%s", async (_what, target) => {
    const { status } = await askBoth(target, { headers: callers["a user"] ?? [] });
    expect([200, 400]).toContain(status);
  });

  it.each<readonly [string, readonly string[], number]>([
    ["API-05 CK-03 a page of another site", ["Sec-Fetch-Site: cross-site"], 403],
    ["API-05 CK-03 a page of a sister site", ["Sec-Fetch-Site: same-site"], 403],
    ["two sites", ["Sec-Fetch-Site: none", "Sec-Fetch-Site: none"], 403],
    ["a page of this site", ["Sec-Fetch-Site: same-origin"], 200],
    ["a content type", ["Content-Type: application/json"], 200],
    [
      "two content types",
      ["Content-Type: application/json", "Content-Type: application/json"],
      200,
    ],
    ["what it accepts", ["Accept: */*"], 200],
    ["another method", ["X-HTTP-Method-Override: POST"], 200],
    ["a cookie", ["Cookie: portcullis_refresh=x; __Host-portcullis_refresh=y"], 200],
    ["a proxy", ["X-Forwarded-For: 192.0.2.1", "Forwarded: for=192.0.2.1"], 200],
    ["a condition", ["If-None-Match: *", "Range: bytes=0-1"], 200],
    ["an encoding", ["Accept-Encoding: gzip, br"], 200],
    ["another protocol", ["Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"], 200],
    ["where it is asked from", ["Referer: https://evil.test/"], 200],
  ])("%s", async (_what, headers, status) => {
    const all = [...(callers["a user"] ?? []), ...headers];
    expect((await askBoth("/trpc/auth.me", { headers: all })).status).toBe(status);
    await askBoth("/trpc/auth.me,auth.me?batch=1", { headers: all });
  });

  it.each(["localhost", "API.Test", "a-b.test:80", "127.0.0.1", "10.0.0.1:3000", "x:00"])(
    "a Host of %s",
    async (name) => {
      const asking = { host: name, headers: callers["a user"] ?? [] };
      expect((await askBoth("/trpc/auth.me", asking)).status).toBe(200);
    },
  );

  it("API-02 the longest URL", async () => {
    const longest = "/trpc/lab.describe?x=".padEnd(maxUrlCharacters - `http://${host}`.length, "x");
    expect((await askBoth(longest)).status).toBe(200);
    expect(isTaken(`${longest}x`)).toBe(false);
    expect((await ask(`${longest}x`)).status).toBe(414);
  });
});

// Here the two would say different things, if the answerer took them.
it.each([
  ["V4.2.1 a fragment before the input", "/trpc/posts.list?x#&input=%7B%7D", host, 400],
  ["V4.2.1 a fragment behind batch=1", "/trpc/lab.describe?batch=1#", host, 200],
  [
    "API-02 a URL that is too long once it is read",
    `/trpc/lab.describe?x=${'"'.repeat(3_000)}`,
    host,
    414,
  ],
  ["V4.2.1 an address that is none", "/trpc/lab.describe", "256.1.1.1", 400],
  ["V4.2.1 a port that is none", "/trpc/lab.describe", "x:99999", 400],
])("the application answers to %s", async (_what, target, name, status) => {
  expect(isTaken(target, { host: name })).toBe(false);
  expect((await ask(target, { host: name })).status).toBe(status);
});

it("V6.3.1 calls are counted alike, and who has made too many is told when to come again", async () => {
  const config = { lab: labConfig };
  await using limited = await startNodeFor(servers, {
    now: () => nowMs,
    limits: { scale: 1 },
    config,
  });
  const ten = Array<string>(maxBatchSize).fill("auth.me").join(",");
  const target = `/trpc/${ten}?batch=1`;
  let batches = 0;
  for (let status = 401; status === 401; batches += 1) {
    const headers = batches % 2 === 0 ? [] : toApplication;
    ({ status } = await ask(target, { headers, to: limited }));
  }
  expect(batches).toBe(601);
  for (const asked of ["/trpc/auth.me", target]) {
    const answer = await askBoth(asked, { to: limited });
    expect(answer.status).toBe(429);
    expect(answer.headers["retry-after"]).toMatch(/^\d+$/);
    expect(answer.body).toContain('"reason":"rate_limited"');
  }
});

it("keeps a connection for the next request, whoever answers it", async () => {
  const ways = [[], toApplication, [], []];
  const requests = ways.map((headers, index) => {
    const last = index === ways.length - 1 ? ["Connection: close"] : [];
    const lines = [`Host: ${host}`, ...headers, ...last].join("\r\n");
    return `GET /trpc/lab.describe HTTP/1.1\r\n${lines}\r\n\r\n`;
  });
  const answers = (await exchange(service, requests.join("")))
    .split(/(?=HTTP\/1\.1 )/)
    .map(readAnswer);
  expect(answers).toHaveLength(ways.length);
  const [first, ...others] = answers;
  expect(first).toMatchObject({
    status: 200,
    headers: { connection: "keep-alive", "keep-alive": "timeout=5" },
  });
  expect(others.slice(0, -1)).toEqual([first, first]);
  expect(others.at(-1)?.headers["connection"]).toBe("close");
});

describe("the log", () => {
  it.each<readonly [string, string, readonly string[], number]>([
    ["a query", "/trpc/auth.me", ["Authorization: Bearer find-me"], 401],
    [
      "a query with an input",
      "/trpc/posts.list?input=%7B%22limit%22%3A1%2C%22find-me%22%3A1%7D",
      [],
      400,
    ],
    ["a batch", "/trpc/lab.describe,auth.me?batch=1&find-me=1", ["Cookie: a=find-me"], 207],
  ])(
    "V16.3.4 V14.2.1 has one line of %s, without its query string",
    async (_what, target, headers, status) => {
      const lines = [];
      for (const way of [[], toApplication]) {
        const since = service.logged().length;
        await ask(target, { headers: [...headers, ...way] });
        const told = () => service.logged().slice(since);
        await expect.poll(() => told().filter(({ msg }) => msg === "request")).toHaveLength(1);
        expect(JSON.stringify(told())).not.toContain("find-me");
        const [line = {}] = told().filter(({ msg }) => msg === "request");
        lines.push(line);
      }
      const [path] = target.split("?");
      const form = {
        level: "info",
        time: expect.anything(),
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        method: "GET",
        path,
        status,
        ms: expect.any(Number),
        msg: "request",
      };
      expect(lines).toEqual([form, form]);
      expect(Object.keys(lines[0] ?? {})).toEqual(Object.keys(lines[1] ?? {}));
    },
  );

  it("names the request as its error does", async () => {
    const response = await fetch(`${service.url}/trpc/auth.me`);
    const { error } = (await response.json()) as { error: { data: { requestId: string } } };
    const { requestId } = error.data;
    expect(service.logged().filter((line) => line["requestId"] === requestId)).toContainEqual(
      expect.objectContaining({ msg: "request", path: "/trpc/auth.me", status: 401 }),
    );
  });
});

it.each([
  ["the answerer", []],
  ["the application", toApplication],
])("a service that stops ends the connection with an answer of %s", async (_who, headers) => {
  const own = await startNodeFor(servers);
  onTestFinished(own.stop);
  const client = new Client(servers.database.url);
  await client.connect();
  await client.query("begin; lock table post in access exclusive mode");
  const lines = [`Host: ${host}`, ...headers].join("\r\n");
  const answer = exchange(own, `GET /trpc/posts.list?input=%7B%7D HTTP/1.1\r\n${lines}\r\n\r\n`);
  const waiting =
    "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
  const watcher = new Client(servers.database.url);
  await watcher.connect();
  await expect.poll(async () => (await watcher.query(waiting)).rowCount, { interval: 10 }).toBe(1);
  const stopped = own.stop();
  await client.query("rollback");
  const { status, headers: answered } = readAnswer(await answer);
  expect(status).toBe(200);
  expect(answered).toMatchObject({ connection: "close" });
  await stopped;
  await Promise.all([client.end(), watcher.end()]);
});

/** An answerer and an application over a router of the test's own. */
function answering(router: unknown) {
  const lines: string[] = [];
  const log = createLogger(
    { level: "info", format: "json" },
    { write: (line) => void lines.push(line) },
  );
  const createContext = async (): Promise<AuthContext> =>
    ({ requestId: "11111111-1111-4111-8111-111111111111" }) as AuthContext;
  const options = {
    auth: { createContext } as unknown as Auth,
    router: router as BuiltAppRouter,
    stopping: new AbortController().signal,
    log,
    logRequest: createRequestLog(log),
  };
  const app = createHttpApp({
    ...options,
    outbox: undefined,
    pages: undefined,
    allowedOrigins: [],
    checkReadiness: () => Promise.reject(new Error("Not called")),
  });
  return { answerQuery: createQueryAnswerer(options), app, lines };
}

async function serve(answerQuery: ReturnType<typeof createQueryAnswerer>): Promise<string> {
  const server = createServer((incoming, outgoing) => {
    if (!answerQuery(incoming, outgoing)) outgoing.writeHead(404).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("a fault outside of the procedures", () => {
  const t = initTRPC.create({
    errorFormatter() {
      throw new Error("find-me");
    },
  });
  const broken = t.router({
    failing: t.procedure.query(() => {
      throw new Error("find-me too");
    }),
    good: t.procedure.query(() => 1),
  });

  it.each(["failing", "good,failing?batch=1"])(
    "API-06 V16.5.4 is a 500 that says nothing: %s",
    async (path) => {
      const { answerQuery, app, lines } = answering(broken);
      const response = await fetch(`${await serve(answerQuery)}/trpc/${path}`);
      const text = await response.text();
      expect(response.status).toBe(500);
      expect(text).not.toContain("find-me");
      const { error } = JSON.parse(text) as { error: { data: { requestId: string } } };
      expect(error).toMatchObject({ message: "Internal error", data: { reason: "internal" } });
      const { requestId } = error.data;
      expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
        expect.objectContaining({
          level: "error",
          requestId,
          error: expect.objectContaining({ message: "find-me" }) as unknown,
          msg: "A request failed outside of the procedures",
        }),
        expect.objectContaining({ level: "info", requestId, status: 500, msg: "request" }),
      ]);

      const applications = await app.fetch(new Request(`http://api.test/trpc/${path}`), {
        peerAddress: undefined,
      });
      expect(applications.status).toBe(500);
      const withoutIds = [text, await applications.text()].map((each) =>
        each.replace(/[0-9a-f-]{36}/, ""),
      );
      expect(withoutIds[0]).toBe(withoutIds[1]);
      // It says the same whatever the request accepts, and the answerer does not know yet that it will.
      applications.headers.set("vary", "trpc-accept, accept, Origin");
      expect(Object.fromEntries(response.headers)).toMatchObject(
        Object.fromEntries(applications.headers),
      );
    },
  );

  it("API-06 data that makes no JSON is one, and ends no process", async () => {
    const { router, procedure } = initTRPC.create();
    const { answerQuery, lines } = answering(router({ big: procedure.query(() => 1n) }));
    const url = await serve(answerQuery);
    for (const path of ["big", "big?batch=1"]) {
      const response = await fetch(`${url}/trpc/${path}`);
      expect(response.status).toBe(500);
      expect(await response.text()).not.toContain("BigInt");
    }
    expect(lines.filter((line) => line.includes('"level":"error"'))).toHaveLength(2);
  });
});

describe("the signal of a call", () => {
  /** Serves a query that waits; resolves with the signals of its calls. */
  async function start() {
    const { router, procedure } = initTRPC.create();
    const called = Promise.withResolvers<AbortSignal>();
    const answered = Promise.withResolvers<string>();
    const waiting = procedure.query(({ signal }) => {
      if (signal !== undefined) called.resolve(signal);
      return answered.promise;
    });
    const { answerQuery } = answering(router({ waiting }));
    const asked = request(`${await serve(answerQuery)}/trpc/waiting`);
    asked.on("error", () => undefined);
    asked.end();
    return { asked, signal: await called.promise, answer: answered.resolve };
  }

  it("says when the client has left", async () => {
    const { asked, signal, answer } = await start();
    expect(signal.aborted).toBe(false);
    const left = once(signal, "abort");
    asked.destroy();
    await left;
    answer("nobody hears this");
  });

  it("does not say so of a client that has its answer", async () => {
    const { asked, signal, answer } = await start();
    answer("here");
    const [response] = (await once(asked, "response")) as [IncomingMessage];
    const { socket } = response;
    const closed = once(socket, "close");
    response.resume();
    await once(response, "end");
    socket.destroy();
    await closed;
    expect(signal.aborted).toBe(false);
  });
});
