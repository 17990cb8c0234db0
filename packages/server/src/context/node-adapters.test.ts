import { once } from "node:events";
import { createServer, request } from "node:http";
import type { IncomingMessage, RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { initTRPC } from "@trpc/server";
import { fastifyTRPCPlugin } from "@trpc/server/adapters/fastify";
import type { FastifyTRPCPluginOptions } from "@trpc/server/adapters/fastify";
import { createHTTPHandler } from "@trpc/server/adapters/standalone";
import fastify from "fastify";
import { describe, expect, onTestFinished, test } from "vitest";
import { startWorld, testPassword } from "../../test/start-auth.ts";
import type { TestNode, WorldOptions } from "../../test/start-auth.ts";
import type { AuthContext, ErrorShape } from "../index.ts";
import { maxBatchSize } from "./judge-request.ts";

/** `createContext` behind tRPC's adapters for Node, over real HTTP. */
function createRouter({ auth }: TestNode) {
  const t = initTRPC
    .context<AuthContext>()
    .create({ errorFormatter: auth.formatError, isDev: false });
  return t.router({ auth: auth.router, address: t.procedure.query(({ ctx }) => ctx.address) });
}

async function serveStandalone(node: TestNode): Promise<number> {
  const serve: RequestListener = createHTTPHandler({
    basePath: "/trpc/",
    router: createRouter(node),
    createContext: (opts) => node.auth.createContext(opts),
    maxBatchSize,
  });
  const server = createServer(serve);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

async function serveFastify(node: TestNode): Promise<number> {
  const server = fastify({ routerOptions: { maxParamLength: 1000 }, forceCloseConnections: true });
  onTestFinished(() => server.close());
  const trpcOptions = {
    router: createRouter(node),
    createContext: ({ req, res, info }) =>
      node.auth.createContext({ req: req.raw, res: res.raw, info }),
    maxBatchSize,
  } satisfies FastifyTRPCPluginOptions<ReturnType<typeof createRouter>>["trpcOptions"];
  await server.register(fastifyTRPCPlugin, { prefix: "/trpc", trpcOptions });
  await server.listen({ port: 0, host: "127.0.0.1" });
  return (server.server.address() as AddressInfo).port;
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
  readonly reason: string | undefined;
}

interface Call {
  readonly input?: unknown;
  /** Names and values, as often as they are to be sent. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string;
}

/** An application of one node, and what is sent to it from a page at its own origin. */
async function start(serve: (node: TestNode) => Promise<number>, auth: WorldOptions["auth"] = {}) {
  const world = await startWorld({ auth });
  onTestFinished(() => world[Symbol.asyncDispose]());
  const [node] = world.nodes;
  const port = await serve(node);
  const page = ["origin", `http://localhost:${port}`] as const;

  async function send(method: string, path: string, call: Call = {}): Promise<Answer> {
    const { input, headers = [], body = input === undefined ? "" : JSON.stringify(input) } = call;
    const has = (name: string): boolean => headers.some(([each]) => each === name);
    const all = [
      ["Host", `localhost:${port}`],
      ["Connection", "close"],
      ...(method === "POST" ? [["Content-Length", String(Buffer.byteLength(body))]] : []),
      ...(method === "POST" && !has("content-type") ? [["Content-Type", "application/json"]] : []),
      ...headers,
    ];
    const outgoing = request({ port, method, path: `/trpc/${path}`, headers: all.flat() });
    outgoing.end(body);
    const [response] = (await once(outgoing, "response")) as [IncomingMessage];
    const answer = await text(response);
    const [, reason] = /"reason":"(\w+)"/.exec(answer) ?? [];
    return { status: response.statusCode, headers: response.headers, text: answer, reason };
  }

  return {
    node,
    page,
    query: (path: string, call?: Call) => send("GET", path, call),
    mutate: (path: string, call?: Call) => send("POST", path, call),
  };
}

const wrongPassword = { email: "ada@example.test", password: "a passphrase that is wrong" };
/** As many wrong passwords as are free, from one address. */
const freeTries = 5;

describe.each([
  ["standalone", serveStandalone],
  ["Fastify", serveFastify],
])("behind the %s adapter", (_adapter, serve) => {
  test("a page's login sets the refresh cookie, and the cookie refreshes", async () => {
    const { node, page, mutate } = await start(serve);
    await node.register("ada@example.test");
    const input = {
      email: "ada@example.test",
      password: testPassword,
      refreshTokenIn: "cookie",
    };
    const login = await mutate("auth.login", { input, headers: [page] });
    expect(login.status).toBe(200);
    const [cookie = "", ...others] = login.headers["set-cookie"] ?? [];
    expect(cookie).toMatch(
      /^portcullis_refresh=[^;]{40,}; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect(others).toEqual([]);

    const [pair = ""] = cookie.split(";");
    const headers = [page, ["Cookie", pair]] as const;
    const refresh = await mutate("auth.refresh", { input: {}, headers });
    expect(refresh.status).toBe(200);
    expect(refresh.headers["set-cookie"]?.[0]).toMatch(/^portcullis_refresh=/);
    expect(refresh.headers["set-cookie"]?.[0]).not.toContain(pair);
  });

  test("V6.3.1 the address of the socket is what limits count, whatever a header says", async () => {
    const { query, mutate } = await start(serve, { limits: { scale: 1 } });
    const forwarded = await query("address", { headers: [["X-Forwarded-For", "192.0.2.7"]] });
    expect(JSON.parse(forwarded.text)).toEqual({ result: { data: "127.0.0.1" } });

    const reasons = [];
    let last: Answer | undefined;
    for (let index = 0; index <= freeTries; index += 1) {
      const headers = [["X-Forwarded-For", `192.0.2.${index}`]] as const;
      last = await mutate("auth.login", { input: wrongPassword, headers });
      reasons.push(last.reason);
    }
    expect(reasons).toEqual([...Array(freeTries).fill("invalid_credentials"), "rate_limited"]);
    expect(last?.status).toBe(429);
    expect(last?.headers["retry-after"]).toMatch(/^[1-9]\d*$/);
  });

  test("V6.3.1 a trusted proxy is believed who calls", async () => {
    const { query, mutate } = await start(serve, {
      limits: { scale: 1 },
      trustedProxies: ["127.0.0.1"],
    });
    const forwarded = await query("address", { headers: [["X-Forwarded-For", "192.0.2.7"]] });
    expect(JSON.parse(forwarded.text)).toEqual({ result: { data: "192.0.2.7" } });
    const twice = await query("address", {
      headers: [
        ["X-Forwarded-For", "192.0.2.8"],
        ["x-forwarded-for", "192.0.2.9"],
      ],
    });
    expect(JSON.parse(twice.text)).toEqual({ result: { data: "192.0.2.9" } });

    for (let index = 0; index <= freeTries; index += 1) {
      const headers = [["X-Forwarded-For", `192.0.2.${index}`]] as const;
      const { reason } = await mutate("auth.login", { input: wrongPassword, headers });
      expect(reason).toBe("invalid_credentials");
    }
  });

  test.each([
    ["CO-01 another origin", ["Origin", "https://evil.test"]],
    ["CO-01 another port", ["Origin", "http://localhost:1"]],
    ["CO-01 no origin of its own", ["Origin", "null"]],
    ["CK-03 another site", ["Sec-Fetch-Site", "cross-site"]],
  ] as const)("%s is refused, and nothing runs", async (_what, header) => {
    const { node, query, mutate } = await start(serve);
    const { accessToken } = await node.signUp("ada@example.test");
    const headers = [["Authorization", `Bearer ${accessToken}`], header] as const;
    for (const answer of [
      await query("auth.me", { headers }),
      await mutate("auth.logout", { headers }),
    ]) {
      expect([answer.status, answer.reason]).toEqual([403, "request_refused"]);
    }
    expect((await node.me(accessToken)).status).toBe(200);
  });

  test.each(["text/plain", "text/plain; application/json", "application/json;"])(
    "API-05 a POST of %j is refused, and nothing runs",
    async (contentType) => {
      const { node, mutate } = await start(serve);
      const { accessToken } = await node.signUp("ada@example.test");
      const answer = await mutate("auth.logout", {
        headers: [
          ["Authorization", `Bearer ${accessToken}`],
          ["content-type", contentType],
        ],
      });
      expect([answer.status, answer.reason]).toEqual([415, "request_refused"]);
      expect((await node.me(accessToken)).status).toBe(200);
    },
  );

  test("V4.2.1 of two tokens neither is believed", async () => {
    const { node, query } = await start(serve);
    const { accessToken } = await node.signUp("ada@example.test");
    const token = ["Authorization", `Bearer ${accessToken}`] as const;
    expect((await query("auth.me", { headers: [token] })).status).toBe(200);
    const { status, reason } = await query("auth.me", { headers: [token, token] });
    expect([status, reason]).toEqual([401, "token_invalid"]);
  });

  test("API-01 eleven calls run none of them", async () => {
    const { query } = await start(serve);
    const path = `${Array(maxBatchSize + 1)
      .fill("address")
      .join(",")}?batch=1`;
    expect((await query(path)).status).toBe(400);
  });

  test("a streamed call that comes too often is told so, though its headers are gone", async () => {
    const { query, mutate } = await start(serve, { limits: { scale: 1 } });
    const headers = [["trpc-accept", "application/jsonl"]] as const;
    const reasons = [];
    for (let index = 0; index <= freeTries; index += 1) {
      const answer = await mutate("auth.login?batch=1", { input: { 0: wrongPassword }, headers });
      expect(answer.status).toBe(200);
      reasons.push(answer.reason);
    }
    expect(reasons).toEqual([...Array(freeTries).fill("invalid_credentials"), "rate_limited"]);
    expect((await query("address")).status).toBe(200);
  });
});

test("an error names its request", async () => {
  const { query } = await start(serveStandalone);
  const { error } = JSON.parse((await query("auth.me")).text) as { error: ErrorShape };
  expect(error.data.requestId).toMatch(/^[0-9a-f-]{36}$/);
});
