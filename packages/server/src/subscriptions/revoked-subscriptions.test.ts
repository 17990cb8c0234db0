import { startPostgres } from "@portcullis/test-servers";
import {
  createMemoryStore,
  createWriteThroughCache,
  migrateWriteThrough,
} from "@portcullis/write-through";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startLiveApp } from "../../test/live-app.ts";
import type { LiveApp, LivePath, Over } from "../../test/live-app.ts";
import { createNode, openDatabase, startWorld, testPassword } from "../../test/start-auth.ts";
import { migrateAuth } from "../repositories/migrate.ts";
import type { BodyTokenSet, TestNode, TestWorld } from "../../test/start-auth.ts";

/** Subscriptions on one node, and what ends them on the other. */
let world: TestWorld;
let a: TestNode;
let app: LiveApp;
let names = 0;

const roles = { permissions: ["posts:moderate"], custom: { moderator: ["posts:moderate"] } };

beforeAll(async () => {
  world = await startWorld({ nodes: 2, auth: { roles } });
  [a] = world.nodes;
  app = await startLiveApp(world.nodes[1] ?? a);
});
afterAll(async () => {
  await app?.[Symbol.asyncDispose]();
  await world?.[Symbol.asyncDispose]();
});

async function signUp(): Promise<BodyTokenSet & { readonly email: string }> {
  names += 1;
  const email = `live${names}@example.test`;
  return { ...(await a.signUp(email)), email };
}

type Revocation = (user: BodyTokenSet) => Promise<unknown>;

const asAdmin = async (path: string, input: unknown): Promise<void> => {
  names += 1;
  const admin = await a.signUpAs("admin", `admin${names}@example.test`);
  const answer = await a.mutate(path, input, { token: admin.accessToken });
  if (answer.status !== 200) throw new Error(answer.text);
};

const revocations: Readonly<Record<string, Revocation>> = {
  logout: ({ accessToken: token }) => a.mutate("auth.logout", undefined, { token }),
  "a logout everywhere": ({ accessToken: token }) =>
    a.mutate("auth.logoutEverywhere", undefined, { token }),
  "a ban": ({ user }) => asAdmin("auth.admin.users.ban", { userId: user.id, reason: "Spam" }),
  "a deleted account": ({ accessToken: token }) =>
    a.mutate("auth.account.remove", undefined, { token }),
  "another password": ({ accessToken: token }) =>
    a.mutate(
      "auth.account.changePassword",
      { currentPassword: testPassword, newPassword: "another password, long enough" },
      { token },
    ),
  "the use of a refresh token that was used": async ({ refreshToken }) => {
    await a.refresh(refreshToken);
    world.clock.nowMs += 11_000;
    await a.refresh(refreshToken);
  },
};

const ways: readonly (readonly [Over, LivePath])[] = [
  ["sse", "values"],
  ["ws", "values"],
  ["sse", "observed"],
  ["ws", "observed"],
];

describe.each(Object.entries(revocations))("RT-13 %s on one node", (_, revoke) => {
  test.each(ways)("ends a subscription over %s to %s on the other", async (over, path) => {
    const user = await signUp();
    const subscriber = await app.subscribe(over, path, user.accessToken);
    expect(subscriber.first).toEqual({ kind: "value", value: "ready" });
    await revoke(user);
    expect(await subscriber.next()).toMatchObject({ kind: "error", reason: "token_revoked" });
    await subscriber.leave();
  });
});

test.each(["sse", "ws"] as const)("RT-13 all tokens revoked end it over %s", async (over) => {
  const { accessToken } = await signUp();
  const subscriber = await app.subscribe(over, "values", accessToken);
  await asAdmin("auth.admin.revokeAllTokens", undefined);
  expect(await subscriber.next()).toMatchObject({ kind: "error", reason: "token_revoked" });
});

const moderatedWays = (["sse", "ws"] as const).flatMap((over) =>
  (["moderated", "signedInThenPermitted", "permittedThenSignedIn"] as const).map(
    (path): readonly [Over, LivePath] => [over, path],
  ),
);

test.each(moderatedWays)(
  "V8.3.2 a role that permits it no longer ends it over %s to %s, and one that does not matter goes on",
  async (over, path) => {
    const { accessToken, user } = await signUp();
    await a.changeUser(user.id, { role: "moderator" });
    const moderated = await app.subscribe(over, path, accessToken);
    const plain = await app.subscribe(over, "values", accessToken);
    expect(moderated.first).toEqual({ kind: "value", value: "ready" });
    await a.changeUser(user.id, { role: "user" });
    expect(await moderated.next()).toMatchObject({
      kind: "error",
      reason: "permission_denied",
      error: { data: { permission: "posts:moderate", httpStatus: 403 } },
    });
    app.send("still here");
    expect(await plain.next()).toEqual({ kind: "value", value: "still here" });
    await plain.leave();
    const refused = await app.subscribe(over, path, accessToken);
    expect(refused.first).toMatchObject({ kind: "error", reason: "permission_denied" });
  },
);

test.each(moderatedWays)("RT-13 a logout ends it over %s to %s", async (over, path) => {
  names += 1;
  const { accessToken } = await a.signUpAs("moderator", `live${names}@example.test`);
  const subscriber = await app.subscribe(over, path, accessToken);
  expect(subscriber.first).toEqual({ kind: "value", value: "ready" });
  await a.mutate("auth.logout", undefined, { token: accessToken });
  expect(await subscriber.next()).toMatchObject({ kind: "error", reason: "token_revoked" });
});

test.each(ways)("a refresh and an expired token leave it alone over %s to %s", async (...way) => {
  const [over, path] = way;
  const { accessToken, refreshToken } = await signUp();
  const subscriber = await app.subscribe(over, path, accessToken);
  await a.refresh(refreshToken);
  app.send(1);
  expect(await subscriber.next()).toEqual({ kind: "value", value: 1 });
  world.clock.nowMs += 601_000;
  await a.changeUser((await a.login(`live${names}@example.test`)).user.id, { name: "Another" });
  app.send(2);
  expect(await subscriber.next()).toEqual({ kind: "value", value: 2 });
  await subscriber.leave();
  const late = await app.subscribe("sse", path, accessToken);
  expect(late.first).toMatchObject({ kind: "error", reason: "token_expired" });
});

test.each(["sse", "ws"] as const)("V7.3.2 the end of its session ends it over %s", async (over) => {
  const { accessToken } = await signUp();
  const subscriber = await app.subscribe(over, "values", accessToken);
  world.clock.nowMs += 30 * 86_400_000;
  expect(await subscriber.next()).toMatchObject({ kind: "error", reason: "token_revoked" });
});

test("V9.1.2 the retirement of the key that signed its token ends it", async () => {
  const { accessToken } = await signUp();
  const subscriber = await app.subscribe("sse", "values", accessToken);
  const { kid } = JSON.parse(
    Buffer.from(accessToken.split(".")[0] ?? "", "base64url").toString(),
  ) as { kid: string };
  await a.auth.keys.retire(kid);
  expect(await subscriber.next()).toMatchObject({ kind: "error", reason: "token_invalid" });
});

test("a hundred subscriptions end together", async () => {
  const users = await Promise.all(Array.from({ length: 10 }, signUp));
  const subscribers = await Promise.all(
    users.flatMap(({ accessToken }) =>
      Array.from({ length: 10 }, (_, index) =>
        app.subscribe(index % 2 === 0 ? "sse" : "ws", "values", accessToken),
      ),
    ),
  );
  expect(subscribers.map(({ first }) => first.kind)).toEqual(Array(100).fill("value"));
  await asAdmin("auth.admin.revokeAllTokens", undefined);
  const ends = await Promise.all(subscribers.map((subscriber) => subscriber.next()));
  expect(ends.map((end) => end.kind === "error" && end.reason)).toEqual(
    Array(100).fill("token_revoked"),
  );
});

test("a client that does not read is no fault of the process when its session ends", async () => {
  const { accessToken } = await signUp();
  const subscriber = await app.subscribe("sse", "values", accessToken);
  for (let value = 0; value < 2000; value += 1) app.send("x".repeat(1000));
  await a.mutate("auth.logout", undefined, { token: accessToken });
  await expect.poll(app.listening).toBe(0);
  await subscriber.leave();
});

test("V16.5.2 without Redis a revocation ends it all the same", async () => {
  await using own = await startWorld({ nodes: 2, auth: { roles } });
  await using ownApp = await startLiveApp(own.nodes[1] ?? own.nodes[0]);
  const { accessToken } = await own.nodes[0].signUp("without-redis@example.test");
  const subscribers = await Promise.all(
    (["sse", "ws"] as const).map((over) => ownApp.subscribe(over, "values", accessToken)),
  );
  await own.redis?.kill();
  ownApp.send("still here");
  for (const subscriber of subscribers) {
    expect(await subscriber.next()).toEqual({ kind: "value", value: "still here" });
  }
  await own.nodes[0].mutate("auth.logout", undefined, { token: accessToken });
  for (const subscriber of subscribers) {
    expect(await subscriber.next()).toMatchObject({ kind: "error", reason: "token_revoked" });
  }
});

test("V16.5.2 without Postgres it ends once nobody can say for a lease whether it holds", async () => {
  await using stack = new AsyncDisposableStack();
  const postgres = stack.use(await startPostgres());
  const database = openDatabase(postgres.url);
  stack.defer(() => database.destroy());
  await migrateWriteThrough(database);
  await migrateAuth(database);
  const cache = createWriteThroughCache({ database, store: createMemoryStore(), leaseMs: 1000 });
  await cache.start();
  stack.defer(() => cache.stop());
  const node = createNode(database, cache, { nowMs: Date.now() }, { roles });
  await node.auth.start();
  stack.defer(() => node.auth.stop());
  const own = stack.use(await startLiveApp(node));

  const { accessToken } = await node.signUp("without-postgres@example.test");
  const subscribers = await Promise.all(
    ways.map(([over, path]) => own.subscribe(over, path, accessToken)),
  );
  await postgres.stop();
  own.send("still here");
  for (const subscriber of subscribers) {
    expect(await subscriber.next()).toEqual({ kind: "value", value: "still here" });
    expect(await subscriber.next()).toMatchObject({
      kind: "error",
      reason: "revocation_unavailable",
    });
  }
  await expect.poll(() => node.events.map(({ kind }) => kind)).toContain("call_failed");
});
