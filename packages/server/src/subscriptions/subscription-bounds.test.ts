import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startLiveApp } from "../../test/live-app.ts";
import type { LiveApp, LivePath, Over } from "../../test/live-app.ts";
import { startWorld } from "../../test/start-auth.ts";
import type { TestNode, TestWorld } from "../../test/start-auth.ts";

let world: TestWorld;
let node: TestNode;
let app: LiveApp;
let names = 0;

const roles = { permissions: ["posts:moderate"] };
const subscriptions = { perSessionMax: 2, perProcessMax: 5 };

beforeAll(async () => {
  world = await startWorld({ auth: { roles, subscriptions } });
  [node] = world.nodes;
  app = await startLiveApp(node);
});
afterAll(async () => {
  await app?.[Symbol.asyncDispose]();
  await world?.[Symbol.asyncDispose]();
});

async function signUp(): Promise<string> {
  names += 1;
  return (await node.signUp(`bound${names}@example.test`)).accessToken;
}

test("V2.3.2 a session has as many as it may, and one more is refused", async () => {
  const [token, other] = [await signUp(), await signUp()];
  const open = await Promise.all([
    app.subscribe("sse", "values", token),
    app.subscribe("ws", "observed", token),
    app.subscribe("ws", "values", other),
  ]);
  expect(open.map(({ first }) => first.kind)).toEqual(["value", "value", "value"]);
  for (const over of ["sse", "ws"] as const) {
    const { first } = await app.subscribe(over, "values", token);
    expect(first).toMatchObject({
      reason: "rate_limited",
      error: { data: { httpStatus: 429, retryAfterSeconds: 10 } },
    });
  }
  expect(node.events).toContainEqual(
    expect.objectContaining({ kind: "rate_limited", limit: "subscriptions_of_session" }),
  );
  // What is no subscription has nothing to do with it.
  expect((await node.me(token)).status).toBe(200);
  await Promise.all(open.map((subscriber) => subscriber.leave()));
});

test.each(["signedInThenPermitted", "permittedThenSignedIn"] as const)(
  "V2.3.2 two plug-ins of one procedure take one place and one watch: %s",
  async (path) => {
    names += 1;
    const { accessToken } = await node.signUpAs("admin", `bound${names}@example.test`);
    const watch = vi.spyOn(node.cache, "watch");
    const open = [];
    for (const over of ["sse", "ws", "sse"] as const) {
      open.push(await app.subscribe(over, path, accessToken));
    }
    expect(open.map(({ first }) => first.kind)).toEqual(["value", "value", "error"]);
    expect(watch).toHaveBeenCalledTimes(2);
    await Promise.all(open.map((subscriber) => subscriber.leave()));
    // The next subscriptions of the session have the places, and watches of their own.
    await expect.poll(app.listening).toBe(0);
    const next = await app.subscribe("ws", path, accessToken);
    expect(next.first.kind).toBe("value");
    expect(watch).toHaveBeenCalledTimes(3);
    await next.leave();
  },
);

test("V2.3.2 a place is free again when the second plug-in refuses", async () => {
  const token = await signUp();
  for (let round = 0; round < 3; round += 1) {
    const { first, leave } = await app.subscribe("ws", "signedInThenPermitted", token);
    expect(first).toMatchObject({ kind: "error", reason: "permission_denied" });
    await leave();
  }
  const { first, leave } = await app.subscribe("ws", "values", token);
  expect(first.kind).toBe("value");
  await leave();
});

test("V2.3.2 of many at once exactly as many begin", async () => {
  const token = await signUp();
  const all = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      app.subscribe(index % 2 === 0 ? "sse" : "ws", "values", token),
    ),
  );
  expect(all.filter(({ first }) => first.kind === "value")).toHaveLength(2);
  await Promise.all(all.map((subscriber) => subscriber.leave()));
});

test("V2.3.2 a process has as many as it may, and one more is refused", async () => {
  await expect.poll(app.listening).toBe(0);
  const tokens = [await signUp(), await signUp(), await signUp()];
  const all = [];
  for (const token of [...tokens, ...tokens]) {
    all.push(await app.subscribe("sse", "values", token));
  }
  expect(all.map(({ first }) => (first.kind === "error" ? first.reason : first.kind))).toEqual([
    ...Array<string>(5).fill("value"),
    "overloaded",
  ]);
  await Promise.all(all.map((subscriber) => subscriber.leave()));
});

/** Each way in which a subscription ends, ten times as often as there is room. */
const ends: Readonly<Record<string, (over: Over, token: string) => Promise<unknown>>> = {
  "the client leaves": async (over, token) => {
    const { first, leave } = await app.subscribe(over, "values", token);
    expect(first.kind).toBe("value");
    await leave();
  },
  "the client leaves an observable": async (over, token) => {
    const { first, leave } = await app.subscribe(over, "observed", token);
    expect(first.kind).toBe("value");
    await leave();
  },
  "the client leaves before the resolver has answered": async (_over, token) => {
    const socket = await app.connect({ token });
    socket.subscribe("late");
    await expect.poll(app.waiting).toBe(1);
    socket.terminate();
    await socket.closed;
    app.openGates();
  },
  "the resolver fails": (over, token) => expectReason(over, "failing", token, "internal"),
  "the resolver refuses": (over, token) => expectReason(over, "refusing", token, "internal"),
  "its session ends": async (over, token) => {
    const email = `bound${names}@example.test`;
    const own = await node.login(email);
    const { next, leave } = await app.subscribe(over, "values", own.accessToken);
    await node.mutate("auth.logout", undefined, { token: own.accessToken });
    expect(await next()).toMatchObject({ reason: "token_revoked" });
    expect((await node.me(token)).status).toBe(200);
    // A generator that waits over SSE is let go with its request.
    await leave();
  },
};

async function expectReason(
  over: Over,
  path: LivePath,
  token: string,
  reason: string,
): Promise<void> {
  const { first, leave } = await app.subscribe(over, path, token);
  expect(first).toMatchObject({ kind: "error", reason });
  await leave();
}

test.each(
  Object.entries(ends).flatMap(([name, end]) =>
    (["sse", "ws"] as const).map((over) => [name, over, end] as const),
  ),
)("there is room again when %s, over %s", async (_, over, end) => {
  const token = await signUp();
  for (let round = 0; round < 20; round += 1) {
    await end(over, token);
    // A socket that is gone is noticed by the server a moment later.
    await expect.poll(app.listening).toBe(0);
  }
  const [one, two] = [
    await app.subscribe("sse", "values", token),
    await app.subscribe("ws", "values", token),
  ];
  expect([one.first.kind, two.first.kind]).toEqual(["value", "value"]);
  await Promise.all([one.leave(), two.leave()]);
  await expect.poll(app.listening).toBe(0);
});
