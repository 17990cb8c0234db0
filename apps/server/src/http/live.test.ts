import { once } from "node:events";
import { request } from "node:http";
import type { ErrorShape } from "@portcullis/server";
import { createTRPCClient, createWSClient, wsLink } from "@trpc/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import type { AppRouter, Post } from "../contract.ts";
import {
  outcomeOf,
  signedInClient,
  startTestServers,
  type TestServers,
  type TestService,
} from "../test-service.ts";
import type { SocketLimits } from "./socket-limits.ts";

let servers: TestServers;
let here: TestService;
let there: TestService;

beforeAll(async () => {
  servers = await startTestServers();
  const config = { allowedOrigins: ["https://app.test"] };
  [here, there] = await Promise.all([servers.startNode({ config }), servers.startNode({ config })]);
});
afterAll(async () => {
  await Promise.all([here?.stop(), there?.stop()]);
  await servers?.[Symbol.asyncDispose]();
});

const text = { title: "Title", body: "Body" };

interface StreamEvent {
  readonly event: string;
  readonly data: unknown;
}

/** Subscribes over SSE, as an EventSource with headers does. */
async function openStream(
  service: TestService,
  token: string,
  postId: string,
  accept = "text/event-stream",
) {
  const url = new URL(`${service.url}/trpc/posts.onChange`);
  url.searchParams.set("input", JSON.stringify({ id: postId }));
  const response = await fetch(url, {
    headers: { accept, authorization: `Bearer ${token}` },
  });
  return { response, events: readEvents(response.body as ReadableStream<Uint8Array>) };
}

async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamEvent, "end"> {
  let rest = "";
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    const events = `${rest}${chunk}`.split("\n\n");
    rest = events.pop() ?? "";
    for (const each of events) {
      const [, event = "message"] = /^event: (.+)$/m.exec(each) ?? [];
      const [, data = ""] = /^data: (.*)$/m.exec(each) ?? [];
      const isTold = data !== "" || event === "return";
      if (isTold && event !== "connected" && event !== "ping") {
        yield { event, data: data === "" ? undefined : (JSON.parse(data) as unknown) };
      }
    }
  }
  return "end";
}

const titleOf = async (events: AsyncIterator<StreamEvent, "end">): Promise<string> => {
  const { value } = await events.next();
  return value === "end" ? value : (value.data as Post).title;
};

/** A client that calls over a WebSocket only. */
function socketClient(service: TestService, token: string) {
  let opened = 0;
  const client = createWSClient({
    onOpen: () => (opened += 1),
    url: `${service.url.replace("http", "ws")}/trpc`,
    WebSocket: WebSocket as unknown as typeof globalThis.WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryDelayMs: () => 50,
  });
  const api = createTRPCClient<AppRouter>({ links: [wsLink({ client })] });
  return { api, opened: () => opened, close: () => client.close() };
}

/** What a subscriber over a WebSocket hears, one thing after the other. */
function listen(api: ReturnType<typeof socketClient>["api"], id: string) {
  const heard: string[] = [];
  const subscription = api.posts.onChange.subscribe(
    { id },
    {
      onData: ({ title }) => heard.push(title),
      onError: (error) => heard.push(error.data?.reason ?? error.message),
      onComplete: () => heard.push("complete"),
    },
  );
  return { heard, stop: () => subscription.unsubscribe() };
}

describe("a subscription to a post", () => {
  it("gives the post and each change, on whichever node it was made, over SSE", async () => {
    const { api, accessToken } = await signedInClient(here);
    const { id } = await api.posts.create.mutate(text);
    const { response, events } = await openStream(there, accessToken, id);
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("no-store, no-transform");
    expect(await titleOf(events)).toBe("Title");
    await api.posts.update.mutate({ ...text, id, title: "Another" });
    expect(await titleOf(events)).toBe("Another");
    await api.posts.remove.mutate({ id });
    expect((await events.next()).value).toMatchObject({ event: "return" });
    expect((await events.next()).value).toBe("end");
  });

  it("and over a WebSocket, which takes calls too", async () => {
    const { api, accessToken } = await signedInClient(here);
    const { id } = await api.posts.create.mutate(text);
    const socket = socketClient(there, accessToken);
    const { heard } = listen(socket.api, id);
    await expect.poll(() => heard).toEqual(["Title"]);
    await socket.api.posts.update.mutate({ ...text, id, title: "Another" });
    await expect.poll(() => heard).toEqual(["Title", "Another"]);
    await api.posts.remove.mutate({ id });
    await expect.poll(() => heard).toEqual(["Title", "Another", "complete"]);
    await socket.close();
  });

  it("is refused for a post that is not there, and to strangers", async () => {
    const { accessToken } = await signedInClient(here);
    const nowhere = "00000000-0000-4000-8000-000000000000";
    const missing = await openStream(there, accessToken, nowhere);
    expect((await missing.events.next()).value).toMatchObject({
      data: { data: { httpStatus: 404 } },
    });
    const stranger = await openStream(there, "", nowhere);
    expect((await stranger.events.next()).value).toMatchObject({
      event: "serialized-error",
      data: { data: { reason: "token_invalid" } },
    });
  });

  it("RT-13 ends on one node with a logout on the other, over SSE and WebSocket", async () => {
    const { api, accessToken } = await signedInClient(here);
    const { id } = await api.posts.create.mutate(text);
    const { events } = await openStream(there, accessToken, id);
    expect(await titleOf(events)).toBe("Title");
    const socket = socketClient(there, accessToken);
    const { heard } = listen(socket.api, id);
    await expect.poll(() => heard).toEqual(["Title"]);
    await api.auth.logout.mutate();
    const { value } = await events.next();
    expect(value).toMatchObject({ event: "serialized-error" });
    expect(((value as StreamEvent).data as ErrorShape).data.reason).toBe("token_revoked");
    await expect.poll(() => heard).toEqual(["Title", "token_revoked"]);
    expect(await outcomeOf(socket.api.auth.me.query())).toBe("token_revoked");
    await socket.close();
  });
});

describe("a service that stops", () => {
  it("ends streams so that clients come back, and WebSockets so that they go elsewhere", async () => {
    const own = await servers.startNode();
    const { api, accessToken } = await signedInClient(here);
    const { id } = await api.posts.create.mutate(text);
    const { events } = await openStream(own, accessToken, id);
    expect(await titleOf(events)).toBe("Title");
    const { events: unasked } = await openStream(own, accessToken, id, "*/*");
    expect(await titleOf(unasked)).toBe("Title");
    const socket = await openSocket(own);
    const stopped = own.stop();
    // No `return`, after which an EventSource would not connect again.
    expect((await events.next()).value).toBe("end");
    expect((await unasked.next()).value).toBe("end");
    expect(await socket.closed).toEqual({
      code: 1012,
      messages: ['{"id":null,"method":"reconnect"}'],
    });
    await stopped;
  });
});

/** A bare WebSocket. */
async function openSocket(service: TestService, path = "/trpc?connectionParams=1") {
  const socket = new WebSocket(`${service.url.replace("http", "ws")}${path}`);
  const messages: string[] = [];
  // oxlint-disable-next-line typescript/no-base-to-string
  socket.on("message", (message) => messages.push(String(message)));
  const closed = once(socket, "close").then(([code]) => ({ code: Number(code), messages }));
  await once(socket, "open");
  return { socket, messages, closed };
}

/** The status of a handshake's answer; 101 when it is taken. */
function shake(
  service: TestService,
  path = "/trpc?connectionParams=1",
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: NodeJS.Dict<string | string[]> }> {
  return new Promise((resolve, reject) => {
    const sent = request(`${service.url}${path}`, {
      headers: {
        connection: "Upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
        ...headers,
      },
    });
    sent.on("upgrade", (answer, socket) => {
      socket.destroy();
      resolve({ status: 101, headers: answer.headers });
    });
    sent.on("response", (answer) => {
      answer.resume();
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers });
    });
    sent.on("error", reject);
    sent.end();
  });
}

describe("a handshake", () => {
  it.each([
    {},
    { origin: "https://app.test" },
    { origin: "https://app.test", "sec-fetch-site": "cross-site" },
    { upgrade: "WebSocket" },
  ])("is taken: %j", async (headers) => {
    expect(await shake(here, undefined, { ...headers })).toMatchObject({
      status: 101,
    });
  });

  it.each([
    ["CK-03 of a foreign page", 403, "/trpc", { origin: "https://evil.test" }],
    ["CK-03 of a sandboxed frame", 403, "/trpc", { origin: "null" }],
    ["CO-02 of a sibling site", 403, "/trpc", { "sec-fetch-site": "same-site" }],
    ["elsewhere", 404, "/", {}],
    ["below", 404, "/trpc/", {}],
    ["of another procedure's path", 404, "/trpc/auth.me", {}],
    ["with a long URL", 414, `/trpc?${"x".repeat(8192)}`, {}],
    ["API-17 without a key", 400, "/trpc", { "sec-websocket-key": "x" }],
    ["API-17 of another version", 400, "/trpc", { "sec-websocket-version": "12" }],
  ])("%s is refused with %d, with our headers", async (_, status, path, headers) => {
    const answer = await shake(here, path, { ...headers });
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
    });
  });

  it("for another protocol is answered in this one", async () => {
    const answer = await shake(here, "/healthz", { upgrade: "h2c" });
    expect(answer.status).toBe(200);
  });
});

async function withLimits(
  socketLimits: Partial<SocketLimits>,
  work: (service: TestService) => Promise<void>,
): Promise<void> {
  const service = await servers.startNode({ socketLimits });
  try {
    await work(service);
  } finally {
    await service.stop();
  }
}

describe("what a WebSocket may take", () => {
  it("V2.3.2 so many at once, of all and of one address", async () => {
    for (const bound of [{ maxSockets: 2 }, { maxSocketsPerAddress: 2 }]) {
      await withLimits(bound, async (service) => {
        const [one] = [await openSocket(service), await openSocket(service)];
        expect(await shake(service)).toMatchObject({ status: 503 });
        one?.socket.close();
        await one?.closed;
        await expect.poll(async () => (await shake(service)).status).toBe(101);
      });
    }
  });

  it("V2.3.2 so many of one /64 of IPv6 at once", async () => {
    const config = { trustedProxies: ["127.0.0.1"] };
    const service = await servers.startNode({ config, socketLimits: { maxSocketsPerAddress: 1 } });
    const from = (address: string) => ({ headers: { "x-forwarded-for": address } });
    const url = `${service.url.replace("http", "ws")}/trpc?connectionParams=1`;
    const socket = new WebSocket(url, from("2001:db8:1:2::1"));
    await once(socket, "open");
    const statusFrom = async (address: string) =>
      (await shake(service, undefined, from(address).headers)).status;
    expect(await statusFrom("2001:db8:1:2:3::9")).toBe(503);
    expect(await statusFrom("2001:db8:1:3::1")).toBe(101);
    const closed = once(socket, "close");
    socket.close();
    await closed;
    await service.stop();
  });

  it("API-08 messages of 16 KiB", async () => {
    const { socket, closed } = await openSocket(here);
    socket.send("x".repeat(16 * 1024 + 1));
    expect((await closed).code).toBe(1009);
  });

  it("an hour, or what it is given", async () => {
    await withLimits({ lifeMs: 50 }, async (service) => {
      const { closed } = await openSocket(service);
      expect(await closed).toMatchObject({ code: 1012 });
    });
  });

  it("V2.3.2 so long without a word of whose it is", async () => {
    await withLimits({ contextMs: 50 }, async (service) => {
      const { closed } = await openSocket(service);
      expect(await closed).toMatchObject({ code: 1008 });
    });
  });

  it("as long as it likes, once it is known whose it is", async () => {
    await withLimits({ contextMs: 2000 }, async (service) => {
      const { accessToken } = await signedInClient(service);
      const known = socketClient(service, accessToken);
      expect(await known.api.auth.me.query()).toMatchObject({ name: "Name" });
      const silent = await openSocket(service);
      expect(await silent.closed).toMatchObject({ code: 1008 });
      expect(await known.api.auth.me.query()).toMatchObject({ name: "Name" });
      expect(known.opened()).toBe(1);
      await known.close();
    });
  });

  it("a sign of life, as tRPC and WebSocket ask for it", async () => {
    const { socket, messages, closed } = await openSocket(here);
    let pongs = 0;
    socket.on("pong", () => (pongs += 1));
    const pong = once(socket, "pong");
    socket.ping("x");
    expect(String(await pong)).toBe("x");
    socket.send("PING");
    await expect.poll(() => messages).toEqual(["PONG"]);
    // What was sent twice would have come before.
    expect(pongs).toBe(1);
    socket.terminate();
    await closed;
  });

  it("no silence after a ping", async () => {
    await withLimits({ pingMs: 50, pongMs: 50 }, async (service) => {
      const { closed } = await openSocket(service);
      expect(await closed).toEqual({ code: 1006, messages: ["PING"] });
    });
  });

  it.each(["{", "[]", "null", "\u0000", "x".repeat(16 * 1024), "[".repeat(16 * 1024)])(
    "API-16 garbage, and others are served as before",
    async (garbage) => {
      const { accessToken } = await signedInClient(here);
      const { socket, closed } = await openSocket(here);
      socket.send(garbage);
      socket.send(garbage);
      socket.send(Buffer.from(garbage));
      const other = socketClient(here, accessToken);
      expect(await other.api.auth.me.query()).toMatchObject({ name: "Name" });
      socket.terminate();
      await closed;
      await other.close();
    },
  );

  it("hundreds of calls at once, of which a few are in flight", async () => {
    const { accessToken } = await signedInClient(here);
    const { api, close } = socketClient(here, accessToken);
    // Until it is open, all calls would wait for one message.
    await api.auth.me.query();
    const calls: Promise<{ name: string }>[] = [];
    for (let message = 0; message < 5; message += 1) {
      for (let call = 0; call < 90; call += 1) calls.push(api.auth.me.query());
      // What is called at one moment goes into one message.
      await new Promise((resolve) => setTimeout(resolve));
    }
    const names = await Promise.all(calls);
    expect(new Set(names.map(({ name }) => name))).toEqual(new Set(["Name"]));
    await close();
  });
});
