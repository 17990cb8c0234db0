import { inspect } from "node:util";
import {
  createTRPCClient,
  httpBatchLink,
  httpBatchStreamLink,
  httpLink,
  loggerLink,
  type TRPCLink,
} from "@trpc/client";
import { observable } from "@trpc/server/observable";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { portcullisLink } from "./link.ts";
import { createPortcullisSession, type PortcullisSession } from "./session.ts";
import { ada, bob, refusalOf } from "./test-client.ts";
import { startTestServer, type TestRouter, type TestServer } from "./test-server.ts";

let server: TestServer;
let session: PortcullisSession;

beforeEach(async () => {
  server = await startTestServer();
  session = createPortcullisSession({ url: server.url });
});
afterEach(async () => {
  session.close();
  await server[Symbol.asyncDispose]();
});

function clientOf(...links: TRPCLink<TestRouter>[]) {
  return createTRPCClient<TestRouter>({ links });
}

const lastLinks = {
  httpLink: () => httpLink({ url: server.url, headers: session.headers, fetch: session.fetch }),
  httpBatchLink: () =>
    httpBatchLink({
      url: server.url,
      headers: session.headers,
      fetch: session.fetch,
      maxItems: 10,
    }),
  httpBatchStreamLink: () =>
    httpBatchStreamLink({ url: server.url, headers: session.headers, maxItems: 10 }),
};

describe.each(Object.entries(lastLinks))("before %s", (_, lastLink) => {
  it("sends calls with the token, and once more with a new one", async () => {
    const api = clientOf(portcullisLink(session), lastLink());
    await api.auth.login.mutate(ada);
    server.expireAccessTokens();
    expect(
      await Promise.all([api.notes.whose.query(), api.notes.add.mutate({ text: "once" })]),
    ).toEqual([ada.email, { length: 4 }]);
    expect(server.requestsTo("auth.refresh")).toHaveLength(1);
    expect(server.state.added).toEqual([`${ada.email}: once`]);
  });

  it("sends the auth procedures by itself: alone and unstreamed", async () => {
    const api = clientOf(portcullisLink(session), lastLink());
    await Promise.all([api.auth.login.mutate(ada), api.notes.open.query()]);
    await api.auth.logout.mutate();
    for (const path of ["auth.login", "auth.logout"]) {
      const [request] = server.requestsTo(path);
      expect(request?.url).toBe(`/trpc/${path}`);
      expect(request?.headers["trpc-accept"]).toBeUndefined();
    }
  });

  it("keeps calls with and without a token apart, though made in one task", async () => {
    const api = clientOf(portcullisLink(session), lastLink());
    await api.auth.login.mutate(ada);
    const gate = server.gate("auth.logout");
    const early = [1, 2].map(() => api.notes.whose.query());
    const leaving = api.auth.logout.mutate();
    const late = [1, 2].map(() => api.notes.open.query());
    expect(await Promise.all([...early, ...late])).toEqual([
      ada.email,
      ada.email,
      "for all",
      "for all",
    ]);
    gate.open();
    await leaving;
    const sent = server.seen
      .filter(({ path }) => path.startsWith("notes."))
      .flatMap(({ path, authorization }) => path.split(",").map((name) => [name, authorization]));
    expect(new Set(sent.map(String))).toEqual(
      new Set(["notes.whose,Bearer access-1", "notes.open,"]),
    );
  });
});

it("shows no token to the links after it", async () => {
  const logged: unknown[] = [];
  const api = clientOf(
    portcullisLink(session),
    loggerLink({ logger: (entry) => logged.push(entry) }),
    lastLinks.httpBatchLink(),
  );
  await api.auth.login.mutate(ada);
  await api.notes.whose.query();
  expect(logged).toHaveLength(2);
  expect(inspect(logged, { depth: 20, showHidden: true })).not.toMatch(/access-\d|refresh-\d/);
});

it("fails calls that a link has brought into the batch of another session", async () => {
  const held: (() => void)[] = [];
  const holding: TRPCLink<TestRouter> =
    () =>
    ({ op, next }) =>
      observable((observer) => {
        const release = (): void => void next(op).subscribe(observer);
        if (op.path === "notes.whose") held.push(release);
        else release();
      });
  const api = clientOf(portcullisLink(session), holding, lastLinks.httpBatchLink());
  await api.auth.login.mutate(ada);
  const first = refusalOf(api.notes.whose.query());
  await api.auth.login.mutate(bob);
  const second = refusalOf(api.notes.whose.query());
  await api.notes.open.query();
  for (const release of held) release();
  expect(await first).toContain("different sessions");
  expect(await second).toContain("different sessions");
  expect(server.requestsTo("notes.whose,notes.whose")).toEqual([]);
});

it("refuses what is not a session", () => {
  expect(() => portcullisLink({ ...session })).toThrow(TypeError);
});
