import { connect } from "node:net";
import { startFaultProxy, type FaultProxy } from "@portcullis/test-servers";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  serversAt,
  signedInClient,
  startTestServers,
  type TestServers,
  type TestService,
} from "../test-service.ts";

/** Everything that the service can answer, whoever asks for what: each answer in its armour. */
const allowedOrigin = "https://app.test";
const mark = "<script>alert(1)</script>";

let servers: TestServers;
let service: TestService;
/** One whose limits are those of life. */
let limited: TestService;
let wayToPostgres: FaultProxy;
let accessToken: string;

beforeAll(async () => {
  servers = await startTestServers();
  wayToPostgres = await startFaultProxy({ target: servers.database });
  const storage = serversAt(wayToPostgres.url, servers.redis.url);
  service = await servers.startNode({ config: { storage, allowedOrigins: [allowedOrigin] } });
  limited = await servers.startNode({ limits: { scale: 1 } });
  ({ accessToken } = await signedInClient(service));
});
afterAll(async () => {
  wayToPostgres?.heal();
  await Promise.all([service?.stop(), limited?.stop()]);
  await wayToPostgres?.close();
  await servers?.[Symbol.asyncDispose]();
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

async function send(path: string, init: RequestInit = {}, node = service): Promise<Answer> {
  const response = await fetch(`${node.url}${path}`, { redirect: "manual", ...init });
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
  };
}

const json = { "content-type": "application/json" };
const post = (path: string, body: string, headers: Record<string, string> = json, node = service) =>
  send(path, { method: "POST", body, headers }, node);
const authorized = (): Record<string, string> => ({ authorization: `Bearer ${accessToken}` });

/** Sends bytes that no HTTP client would. */
function sendBytes(text: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const { port } = new URL(service.url);
    const socket = connect(Number(port), "127.0.0.1", () => socket.end(text));
    socket.on("data", (chunk) => (answer += String(chunk)));
    socket.on("error", reject);
    socket.on("close", () => {
      const [head = "", body = ""] = answer.split(/\r\n\r\n(.*)/s);
      const [statusLine = "", ...lines] = head.split("\r\n");
      const headers = new Headers(lines.map((line) => line.split(": ", 2) as [string, string]));
      resolve({
        status: Number(statusLine.split(" ")[1]),
        headers: Object.fromEntries(headers),
        body,
      });
    });
  });
}

async function exhaustLimit(): Promise<Answer> {
  const body = JSON.stringify({ email: "limited@example.test", password: "wrong" });
  for (let tries = 0; tries < 5; tries += 1) await post("/trpc/auth.login", body, json, limited);
  return post("/trpc/auth.login", body, json, limited);
}

/** A fault that nobody thought of: a table is gone. */
async function breakPosts(): Promise<Answer> {
  const client = new Client(servers.database.url);
  await client.connect();
  await client.query("alter table post rename to lost");
  try {
    return await send("/trpc/posts.list?input=%7B%7D");
  } finally {
    await client.query("alter table lost rename to post");
    await client.end();
  }
}

async function withoutPostgres(path: string): Promise<Answer> {
  wayToPostgres.refuse();
  wayToPostgres.cut();
  try {
    return await send(path, { headers: authorized() });
  } finally {
    wayToPostgres.heal();
  }
}

const host = "Host: x\r\n";
const answers: Readonly<Record<string, readonly [number, () => Promise<Answer>]>> = {
  "the front page": [200, () => send("/")],
  "the public keys": [200, () => send("/.well-known/jwks.json")],
  "an alive process": [200, () => send("/healthz")],
  "a ready service": [200, () => send("/readyz")],
  "a query": [200, () => send("/trpc/auth.me", { headers: authorized() })],
  "a mutation": [
    200,
    () => post("/trpc/auth.account.rename", '{"name":"Grace"}', { ...json, ...authorized() }),
  ],
  "a call of an allowed page": [
    200,
    () => send("/trpc/auth.me", { headers: { ...authorized(), origin: allowedOrigin } }),
  ],
  "a batch": [
    207,
    () => send("/trpc/auth.me,posts.byId?batch=1&input=%7B%7D", { headers: authorized() }),
  ],
  "a preflight": [204, () => send("/trpc/auth.login", { method: "OPTIONS" })],
  "a bad input": [400, () => post("/trpc/auth.login", JSON.stringify({ email: mark }))],
  "a batch of eleven": [
    400,
    () => send(`/trpc/${Array(11).fill("auth.me").join(",")}?batch=1&input=%7B%7D`),
  ],
  "a body that is no JSON": [400, () => post("/trpc/auth.login", mark)],
  "a broken request": [400, () => sendBytes(`GET / HTTP/1.1\r\n${host}${host}\r\n`)],
  "no HTTP": [400, () => sendBytes("HELLO\r\n\r\n")],
  "a stranger": [401, () => send("/trpc/auth.me")],
  "a service without credentials": [
    401,
    () =>
      post("/oauth/introspect", "token=x", {
        "content-type": "application/x-www-form-urlencoded",
      }),
  ],
  "another origin": [
    403,
    () => send("/trpc/auth.me", { headers: { origin: "https://evil.test" } }),
  ],
  "one without permission": [
    403,
    () => send("/trpc/auth.admin.users.list?input=%7B%7D", { headers: authorized() }),
  ],
  "nothing there": [404, () => send(`/${encodeURIComponent(mark)}?${mark}`)],
  "no such procedure": [404, () => send(`/trpc/${encodeURIComponent(mark)}`)],
  "another method": [405, () => send("/trpc/auth.me", { method: "DELETE" })],
  "another method of an endpoint": [405, () => send("/oauth/revoke", { method: "GET" })],
  "too large a body": [413, () => post("/trpc/auth.login", "x".repeat(20_000))],
  "too long a URL": [414, () => send(`/trpc/${"x".repeat(9_000)}`)],
  "another type": [415, () => post("/trpc/auth.login", mark, { "content-type": "text/plain" })],
  "an expectation": [417, () => sendBytes(`GET / HTTP/1.1\r\n${host}Expect: ${mark}\r\n\r\n`)],
  "too many calls": [429, exhaustLimit],
  "too large a head": [
    431,
    () => sendBytes(`GET / HTTP/1.1\r\n${host}X: ${"x".repeat(20_000)}\r\n\r\n`),
  ],
  "a fault": [500, breakPosts],
  "a call without Postgres": [503, () => withoutPostgres("/trpc/posts.list?input=%7B%7D")],
  "a service that is not ready": [503, () => withoutPostgres("/readyz")],
};

/** Answers that say the same to everybody, and may be kept. */
const keepable = new Set([
  "the front page",
  "the public keys",
  "an alive process",
  "nothing there",
]);

const typeOf = (name: string): string =>
  name === "the front page" ? "text/plain; charset=UTF-8" : "application/json";

describe("an answer", () => {
  it.each(Object.entries(answers))(
    "V3.4.1 V3.4.4 V3.4.5 V3.4.6 V3.2.1 V3.5.8 V4.1.1 V13.4.6 V14.3.2 to %s",
    async (name, [status, ask]) => {
      const answer = await ask();
      expect(answer.status).toBe(status);
      expect(answer.headers).toMatchObject({
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "no-referrer",
        "strict-transport-security": "max-age=31536000; includeSubDomains",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        // A preflight has no body to be taken for something else, and is not stored.
        ...(status !== 204 && { "content-type": typeOf(name) }),
        ...(status !== 204 && !keepable.has(name) && { "cache-control": "no-store" }),
      });
      const told = Object.keys(answer.headers).filter((header) =>
        /^(?:server|via|x-powered-by|x-aspnet-version|location|refresh)$/.test(header),
      );
      expect(told).toEqual([]);
      expect(answer.body).not.toMatch(/node_modules|\.ts:\d|\bat [\w.]+ \(|"stack"/);
    },
  );
});

describe("V13.4.1 V13.4.3 V13.4.5 nothing is served but what the front page names", () => {
  it.each([
    "/.git/config",
    "/.git/HEAD",
    "/.env",
    "/package.json",
    "/pnpm-lock.yaml",
    "/src/main.ts",
    "/node_modules/",
    "/.data/secret",
    "/..%2f..%2fetc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/metrics",
    "/debug/pprof",
    "/panel",
    "/playground",
    "/graphql",
    "/docs",
    "/openapi.json",
    "/admin",
    "/trpc/",
    "/trpc",
    "/oauth",
    "/oauth/",
    "/oauth/token",
    "/.well-known",
    "/.well-known/openid-configuration",
  ])("%s", async (path) => {
    const answer = await send(path, { headers: authorized() });
    expect(answer.status).toBe(404);
    expect(answer.body).toMatch(/"reason":"request_refused"/);
  });
});

describe("V14.2.5 a path that a cache on the way could take for a file", () => {
  it.each([
    "/trpc/auth.me/x.css",
    "/trpc/auth.me.css",
    "/trpc/auth.me;x.css",
    "/trpc/auth.me%2fx.css",
    "/trpc/auth.me%00.css",
    "/trpc/auth.me%3fx.css",
    "/trpc/auth.me%23x.css",
  ])("%s has nobody's data", async (path) => {
    const { status, headers, body } = await send(path, { headers: authorized() });
    expect([400, 404]).toContain(status);
    expect(headers["cache-control"]).toBe("no-store");
    expect(body).not.toContain("@example.com");
  });
});

it("V3.5.6 V3.7.2 XS-02 parameters that other services obey are nothing here", async () => {
  const plain = await send("/trpc/auth.me", { headers: authorized() });
  for (const query of [
    "callback=alert",
    "jsonp=alert",
    "next=//evil.test",
    "next=/%5Cevil.test",
    "redirect_uri=https:evil.test",
    "return=javascript:alert(1)",
    "url=%09//evil.test",
  ]) {
    const { status, headers, body } = await send(`/trpc/auth.me?${query}`, {
      headers: authorized(),
    });
    expect([query, status, body]).toEqual([query, 200, plain.body]);
    expect(headers).not.toHaveProperty("location");
  }
});

describe("V4.2.1 API-17 a request that two programs could read as two", () => {
  const body = '{"email":"a@example.test","password":"x"}';
  const head = `POST /trpc/auth.login HTTP/1.1\r\n${host}Content-Type: application/json\r\n`;
  const hidden = `GET /trpc/auth.me HTTP/1.1\r\n${host}\r\n`;
  it.each([
    ["two lengths", `${head}Content-Length: 5\r\nContent-Length: ${body.length}\r\n\r\n${body}`],
    ["a list of lengths", `${head}Content-Length: 5, 5\r\n\r\n${body}`],
    ["a length with a sign", `${head}Content-Length: +5\r\n\r\n${body}`],
    ["a negative length", `${head}Content-Length: -1\r\n\r\n${body}`],
    ["a length in hex", `${head}Content-Length: 0x5\r\n\r\n${body}`],
    [
      "a length and chunks",
      `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
    ],
    [
      "chunks and a length",
      `${head}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${hidden}`,
    ],
    ["an encoding in disguise", `${head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${hidden}`],
    [
      "two encodings",
      `${head}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${hidden}`,
    ],
    ["a blank before the colon", `${head}Content-Length : 5\r\n\r\n${body}`],
    ["a folded header", `${head}X: a\r\n b\r\nContent-Length: 0\r\n\r\n`],
    ["lines without a return", `${head.replaceAll("\r\n", "\n")}\n\n`],
    ["a return alone", `${head}X: a\rb\r\nContent-Length: 0\r\n\r\n`],
    ["a zero byte in a header", `${head}X: a\0b\r\nContent-Length: 0\r\n\r\n`],
    ["a chunk of no length", `${head}Transfer-Encoding: chunked\r\n\r\n;x\r\n\r\n`],
    [
      "a chunk of a huge length",
      `${head}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n\r\n`,
    ],
    ["a version of its own", `GET / HTTP/9.9\r\n${host}\r\n`],
  ])("%s is refused, and nothing after it is heard", async (_, bytes) => {
    const since = service.logged().length;
    const answer = await sendBytes(bytes);
    expect([400, 413]).toContain(answer.status);
    expect(answer.headers["connection"]).toBe("close");
    expect(answer.body).not.toMatch(/HTTP\/1\.1/);
    const requests = service.logged().slice(since);
    expect(requests.filter(({ path }) => path === "/trpc/auth.me")).toEqual([]);
  });
});
