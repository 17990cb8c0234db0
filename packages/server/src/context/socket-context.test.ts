import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startLiveApp } from "../../test/live-app.ts";
import type { LiveApp } from "../../test/live-app.ts";
import { startWorld, testPassword } from "../../test/start-auth.ts";
import type { TestNode, TestWorld } from "../../test/start-auth.ts";

let world: TestWorld;
let node: TestNode;
let app: LiveApp;
let token: string;

beforeAll(async () => {
  world = await startWorld({
    nodes: 2,
    auth: {
      allowedOrigins: ["https://app.test"],
      roles: { permissions: ["posts:moderate"] },
    },
  });
  [node] = world.nodes;
  app = await startLiveApp(world.nodes[1] ?? node);
  ({ accessToken: token } = await node.signUp("socket@example.test"));
});
afterAll(async () => {
  await app?.[Symbol.asyncDispose]();
  await world?.[Symbol.asyncDispose]();
});

/** What a node has told, but for mails: they are sent when their time has come, and not by a test. */
const toldBy = (of: TestNode | undefined) =>
  (of?.events ?? []).filter(({ kind }) => !kind.startsWith("mail_"));

const signedIn = expect.objectContaining({ kind: "value" }) as unknown;

describe("CK-03 a WebSocket", () => {
  test.each([
    { origin: "https://evil.test" },
    { origin: "null" },
    { origin: "https://app.test.evil.test" },
    { origin: "http://app.test" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { origin: "http://127.0.0.1:1" },
  ])("of a foreign page is refused: %j", async (headers) => {
    const [, other] = world.nodes;
    const [since, sinceHere] = [toldBy(other).length, toldBy(node).length];
    const socket = await app.connect({
      token,
      headers: { ...(headers as Record<string, string>) },
    });
    expect(await socket.closed).toBeGreaterThan(1000);
    expect(toldBy(other).slice(since)).toEqual([
      expect.objectContaining({ why: "WebSocket: foreign origin" }),
    ]);
    expect(toldBy(node).slice(sinceHere)).toEqual([]);
  });

  test.each(["https://app.test", "own"])("of a page of ours is taken: %s", async (page) => {
    const origin = page === "own" ? `http://127.0.0.1:${app.port}` : page;
    const socket = await app.connect({ token, headers: { origin } });
    expect(await socket.call("query", "auth.me")).toEqual(signedIn);
    socket.terminate();
  });
});

describe("the token of a WebSocket", () => {
  test.each([
    ["?token", { query: (text: string) => `connectionParams=1&token=${text}` }],
    ["?authorization", { query: (text: string) => `connectionParams=1&authorization=${text}` }],
    [
      "?connectionParams",
      {
        query: (text: string) =>
          `connectionParams=${encodeURIComponent(JSON.stringify({ authorization: `Bearer ${text}` }))}`,
      },
    ],
  ])("V14.2.1 is not read out of the URL: %s", async (_, { query }) => {
    const socket = await app.connect({ query: query(token), parameters: {} });
    expect(await socket.call("query", "auth.me")).toMatchObject({ reason: "unauthenticated" });
    socket.terminate();
  });

  test("is not read out of a header or a cookie", async () => {
    const headers = {
      authorization: `Bearer ${token}`,
      cookie: `portcullis_refresh=${token}; __Host-portcullis_refresh=${token}`,
    };
    const socket = await app.connect({ headers, parameters: null });
    expect(await socket.call("query", "auth.me")).toMatchObject({ reason: "unauthenticated" });
    socket.terminate();
  });

  test.each([
    ["bare", (text: string) => text],
    ["of another spelling", (text: string) => `bearer ${text}`],
    ["twice", (text: string) => `Bearer ${text}, Bearer ${text}`],
    ["broken", (text: string) => `Bearer ${text}x`],
  ])("is refused when it comes %s", async (_, spell) => {
    const socket = await app.connect({ parameters: { authorization: spell(token) } });
    expect(await socket.call("query", "auth.me")).toMatchObject({ reason: "token_invalid" });
    expect(await socket.subscribe("values").next()).toMatchObject({ reason: "token_invalid" });
    socket.terminate();
  });

  test.each(["{", "[]", "[1]", '"x"', "1", '{"data":1}', '{"data":{"authorization":1}}', "\u0000"])(
    "API-16 %j instead of connection parameters harms nothing",
    async (text) => {
      const socket = await app.connect({ query: "connectionParams=1", parameters: undefined });
      socket.raw(text);
      socket.terminate();
      const other = await app.connect({ token });
      expect(await other.call("query", "auth.me")).toEqual(signedIn);
      other.raw(text);
      other.raw("PING");
      expect(await other.call("query", "auth.me")).toEqual(signedIn);
      other.terminate();
    },
  );
});

test("RT-13 a call over an open WebSocket is refused once its session was ended elsewhere", async () => {
  const own = await node.login("socket@example.test");
  const socket = await app.connect({ token: own.accessToken });
  expect(await socket.call("query", "auth.me")).toEqual(signedIn);
  await node.mutate("auth.logout", undefined, { token: own.accessToken });
  expect(await socket.call("query", "auth.me")).toMatchObject({ reason: "token_revoked" });
  socket.terminate();
});

test("a call sees the user as they are, and a token that has expired since is no hindrance", async () => {
  const own = await node.signUp("socket-name@example.test");
  const socket = await app.connect({ token: own.accessToken });
  await node.mutate("auth.account.rename", { name: "Grace" }, { token: own.accessToken });
  world.clock.nowMs += 601_000;
  expect(await socket.call("query", "auth.me")).toMatchObject({ value: { name: "Grace" } });
  const late = await app.connect({ token: own.accessToken });
  expect(await late.call("query", "auth.me")).toMatchObject({ reason: "token_expired" });
  await node.mutate("auth.logoutEverywhere", undefined, {
    token: (await node.login("socket-name@example.test")).accessToken,
  });
  expect(await socket.call("query", "auth.me")).toMatchObject({ reason: "token_revoked" });
  socket.terminate();
  late.terminate();
});

test("V9.1.2 a call over an open WebSocket is refused once the key of its token was retired", async () => {
  await using own = await startWorld({ auth: { roles: { permissions: ["posts:moderate"] } } });
  await using ownApp = await startLiveApp(own.nodes[0]);
  const { accessToken } = await own.nodes[0].signUp("retired@example.test");
  const socket = await ownApp.connect({ token: accessToken });
  expect(await socket.call("query", "auth.me")).toEqual(signedIn);
  const [key] = await own.nodes[0].auth.keys.list();
  await own.nodes[0].auth.keys.retire(key?.kid ?? "");
  expect(await socket.call("query", "auth.me")).toMatchObject({ reason: "token_invalid" });
});

test.each([
  ["login", { email: "socket@example.test", password: testPassword }],
  ["login", { email: "socket@example.test", password: testPassword, refreshTokenIn: "cookie" }],
  ["refresh", {}],
  ["register", { email: "x@example.test", password: testPassword, name: "X" }],
  ["confirm", { password: testPassword }],
  ["forgotPassword", { email: "socket@example.test" }],
])("API-01 what tries a secret is not taken over a WebSocket: %s %j", async (name, input) => {
  const { accessToken } = await node.login("socket@example.test");
  const socket = await app.connect({ token: accessToken });
  expect(await socket.call("mutation", `auth.${name}`, input)).toMatchObject({
    reason: "request_refused",
    error: { message: expect.stringContaining("HTTP") as string },
  });
  socket.terminate();
});

test("a logout over a WebSocket ends the session", async () => {
  const { accessToken } = await node.login("socket@example.test");
  const socket = await app.connect({ token: accessToken });
  expect((await socket.call("mutation", "auth.logout")).kind).toBe("value");
  expect(await socket.call("query", "auth.me")).toMatchObject({ reason: "token_revoked" });
  socket.terminate();
});

test("V6.3.1 calls over a WebSocket are counted one by one", async () => {
  await using own = await startWorld({
    auth: { limits: { scale: 1 }, roles: { permissions: ["posts:moderate"] } },
  });
  await using ownApp = await startLiveApp(own.nodes[0]);
  const { accessToken } = await own.nodes[0].signUp("counted@example.test");
  const socket = await ownApp.connect({ token: accessToken });
  const calls = Array.from({ length: 6001 }, () => socket.call("query", "auth.me"));
  const told = await Promise.all(calls);
  expect(told.filter(({ kind }) => kind === "value")).toHaveLength(6000);
  expect(told.at(-1)).toMatchObject({ reason: "rate_limited" });
  socket.terminate();
});
