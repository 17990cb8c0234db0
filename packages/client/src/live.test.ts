import {
  createTRPCClient,
  httpBatchLink,
  splitLink,
  wsLink,
  type Operation,
  type TRPCClient,
} from "@trpc/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createPortcullisClient } from "./client.ts";
import { isPortcullisError } from "./errors.ts";
import { portcullisLink } from "./link.ts";
import { createPortcullisSession, type PortcullisSession } from "./session.ts";
import { createPortcullisSocket } from "./socket.ts";
import { ada, bob } from "./test-client.ts";
import { startTestServer, type TestRouter, type TestServer } from "./test-server.ts";

interface Live {
  readonly api: TRPCClient<TestRouter>;
  readonly session: PortcullisSession;
  close(): void;
}

let server: TestServer;
let live: Live | undefined;

beforeEach(async () => {
  server = await startTestServer();
});
afterEach(async () => {
  live?.close();
  live = undefined;
  await server[Symbol.asyncDispose]();
});

function overEvents(): Live {
  const { api, session } = createPortcullisClient<TestRouter>({ url: server.url });
  return { api, session, close: session.close };
}

function overSocket(
  goesThere: (op: Operation) => boolean = ({ type }) => type === "subscription",
): Live {
  const { url, socketUrl } = server;
  const session = createPortcullisSession({ url });
  const socket = createPortcullisSocket(session, { url: socketUrl });
  const api = createTRPCClient<TestRouter>({
    links: [
      portcullisLink(session),
      splitLink({
        condition: goesThere,
        true: wsLink({ client: socket }),
        false: httpBatchLink({ url, headers: session.headers, fetch: session.fetch }),
      }),
    ],
  });
  return { api, session, close: session.close };
}

/** Reads a subscription, one event at a time. */
function listen({ api }: Live) {
  const events: (string | Error)[] = [];
  let look = (): void => {};
  const add = (event: string | Error): void => {
    events.push(event);
    look();
  };
  const subscription = api.notes.live.subscribe(undefined, {
    onData: ({ data }) => add(data),
    onError: add,
    onComplete: () => add("complete"),
  });
  return {
    subscription,
    async next(): Promise<string | Error> {
      while (events.length === 0) {
        await new Promise<void>((resolve) => {
          look = resolve;
        });
      }
      return events.shift() ?? "";
    },
  };
}

function reasonOf(event: string | Error): string {
  return isPortcullisError(event) ? event.data.reason : String(event);
}

/** The tokens that subscriptions came with. */
function tokensSeen(): unknown[] {
  return server.seen
    .filter(({ path }) => path === "notes.live" || path === "socket")
    .map(({ authorization }) => authorization);
}

describe.each([
  ["server-sent events", overEvents],
  ["a WebSocket", () => overSocket()],
])("a subscription over %s", (_, open) => {
  it("shows its token where no URL is", async () => {
    live = open();
    await live.api.auth.login.mutate(ada);
    const notes = listen(live);
    expect(await notes.next()).toBe(`of ${ada.email}`);
    server.state.publish("hello");
    expect(await notes.next()).toBe("hello");
    expect(tokensSeen()).toEqual(["Bearer access-1"]);
    expect(server.seen.map(({ url }) => url).join()).not.toContain("access-");
    notes.subscription.unsubscribe();
  });

  it("begins with a fresh token when the one at hand is over", async () => {
    live = open();
    server.state.loginExpiresIn = 0;
    await live.api.auth.login.mutate(ada);
    expect(await listen(live).next()).toBe(`of ${ada.email}`);
    expect(tokensSeen()).toEqual(["Bearer access-2"]);
  });

  it("is refused with the reason when nobody is signed in", async () => {
    live = open();
    expect(reasonOf(await listen(live).next())).toBe("unauthenticated");
  });

  it("goes on in the session that a confirmation put in its place", async () => {
    live = open();
    await live.api.auth.login.mutate(ada);
    const notes = listen(live);
    expect(await notes.next()).toBe(`of ${ada.email}`);
    server.state.publish("before");
    expect(await notes.next()).toBe("before");
    await live.api.auth.confirm.mutate({ password: "right" });
    server.state.publish();
    expect(await notes.next()).toBe(`of ${ada.email} since 1`);
    server.state.publish("after");
    expect(await notes.next()).toBe("after");
    expect(tokensSeen().at(-1)).toBe("Bearer access-2");
  });

  it("ends with the reason when the session is over at the server", async () => {
    live = open();
    await live.api.auth.login.mutate(ada);
    const notes = listen(live);
    await notes.next();
    for (const login of server.state.logins) login.revoked = true;
    server.state.publish();
    const end = await notes.next();
    expect([reasonOf(end), (end as Error).cause]).toSatisfy(
      ([reason, cause]: [string, { code?: string } | undefined]) =>
        reason === "token_revoked" || cause?.code === "session_over",
    );
    expect(live.session.getSnapshot()).toMatchObject({
      status: "expired",
      reason: "refresh_token_invalid",
    });
  });

  it.each(["logout", "another login"])("ends with its session at %s", async (way) => {
    live = open();
    await live.api.auth.login.mutate(ada);
    const notes = listen(live);
    await notes.next();
    await (way === "logout" ? live.api.auth.logout.mutate() : live.api.auth.login.mutate(bob));
    expect(await notes.next()).toHaveProperty("cause.code", "session_over");
    if (way === "logout") return;
    const others = listen(live);
    expect(await others.next()).toBe(`of ${bob.email}`);
  });

  it("ends when the session is closed", async () => {
    live = open();
    await live.api.auth.login.mutate(ada);
    const notes = listen(live);
    await notes.next();
    live.close();
    expect(await notes.next()).toHaveProperty("cause.code", "session_over");
  });
});

it("is signed out at once though the app's handler of a subscription throws", async () => {
  live = overEvents();
  await live.api.auth.login.mutate(ada);
  const began = Promise.withResolvers<unknown>();
  const told = vi.fn<() => void>(() => {
    throw new Error("The app's.");
  });
  const uncaught = vi.fn<(error: unknown) => void>();
  const others = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException").once("uncaughtException", uncaught);
  live.api.notes.live.subscribe(undefined, { onData: began.resolve, onError: told });
  await began.promise;
  await live.api.auth.logout.mutate();
  await vi.waitFor(() => expect(uncaught).toHaveBeenCalledTimes(1));
  process.removeAllListeners("uncaughtException");
  for (const other of others) process.on("uncaughtException", other);
  expect(told).toHaveBeenCalledTimes(1);
  expect(live.session.getSnapshot()).toEqual({ status: "signedOut" });
});

it("tells nothing more to who has unsubscribed", async () => {
  live = overEvents();
  await live.api.auth.login.mutate(ada);
  const onError = vi.fn<() => void>();
  live.api.notes.live.subscribe(undefined, { onError }).unsubscribe();
  await live.api.notes.whose.query();
  expect(onError).not.toHaveBeenCalled();
});

it("opens a socket anew whose token was refused", async () => {
  live = overSocket(() => true);
  await live.api.auth.login.mutate(ada);
  expect(await live.api.notes.whose.query()).toBe(ada.email);
  server.expireAccessTokens();
  const { whose } = live.api.notes;
  expect(await Promise.all([whose.query(), whose.query()])).toEqual([ada.email, ada.email]);
  expect(server.requestsTo("auth.refresh")).toHaveLength(1);
  expect(tokensSeen()).toEqual(["Bearer access-1", "Bearer access-2"]);
});

it("sends no call of one user over the socket of the next", async () => {
  live = overSocket(() => true);
  server.state.loginExpiresIn = 0;
  await live.api.auth.login.mutate(ada);
  const gate = server.gate("auth.refresh");
  const late = live.api.notes.whose.query();
  await gate.arrived;
  server.state.loginExpiresIn = 600;
  await live.api.auth.login.mutate(bob);
  server.revive(ada.email);
  gate.open();
  await expect(late).rejects.toHaveProperty("cause.code", "session_over");
  expect(await live.api.notes.whose.query()).toBe(bob.email);
});

it("begins again over server-sent events after a page of a proxy", async () => {
  live = overEvents();
  await live.api.auth.login.mutate(ada);
  server.breakPath("notes.live", { status: 503 }, 1);
  expect(await listen(live).next()).toBe(`of ${ada.email}`);
  expect(server.requestsTo("notes.live")).toHaveLength(2);
});
