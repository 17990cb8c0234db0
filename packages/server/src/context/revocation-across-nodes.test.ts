import { afterAll, beforeAll, expect, test } from "vitest";
import { claimsOf, reasonOf, startWorld } from "../../test/start-auth.ts";
import type { TestNode, TestWorld } from "../../test/start-auth.ts";

let world: TestWorld;
let a: TestNode;
let b: TestNode;

beforeAll(async () => {
  world = await startWorld({ nodes: 2 });
  [a] = world.nodes;
  b = world.nodes[1] ?? a;
});
afterAll(() => world[Symbol.asyncDispose]());

test("RT-13 a logout on one node is refused on the other at the next call, with both caches hot", async () => {
  for (let round = 0; round < 20; round += 1) {
    const { accessToken } = await a.signUp(`hot${round}@example.test`);
    for (const node of world.nodes) expect((await node.me(accessToken)).status).toBe(200);
    const out = await a.mutate("auth.logout", undefined, { token: accessToken });
    expect(out.status).toBe(200);
    expect(reasonOf(await b.me(accessToken))).toBe("token_revoked");
    expect(reasonOf(await a.me(accessToken))).toBe("token_revoked");
  }
});

test("RT-13 logging out everywhere on one node ends the sessions of the other", async () => {
  const first = await a.signUp("both@example.test");
  const second = await b.login("both@example.test");
  for (const node of world.nodes) {
    for (const tokens of [first, second]) {
      expect((await node.me(tokens.accessToken)).status).toBe(200);
    }
  }
  await b.mutate("auth.logoutEverywhere", undefined, { token: second.accessToken });
  for (const node of world.nodes) {
    for (const tokens of [first, second]) {
      expect(reasonOf(await node.me(tokens.accessToken))).toBe("token_revoked");
    }
  }
});

test("RT-13 a session revoked by another session of the user is refused on both nodes", async () => {
  const first = await a.signUp("list@example.test");
  const second = await b.login("list@example.test");
  expect((await b.me(first.accessToken)).status).toBe(200);
  const { sid } = claimsOf(first.accessToken);
  await a.mutate("auth.sessions.revoke", { sessionId: sid }, { token: second.accessToken });
  expect(reasonOf(await b.me(first.accessToken))).toBe("token_revoked");
  expect((await b.me(second.accessToken)).status).toBe(200);
});

test("nodes that start at once agree on one signing key", async () => {
  const [one, two] = [a.auth.jwks(), b.auth.jwks()];
  expect(one.keys).toHaveLength(1);
  expect(one).toEqual(two);
  expect(Object.keys(one.keys[0] ?? {})).not.toContain("d");
});

test("V16.5.2 with Redis gone people sign in and are checked, and a revocation holds on every node", async () => {
  const { accessToken } = await a.signUp("before@example.test");
  await world.redis?.kill();
  const fresh = await b.signUp("without-redis@example.test");
  for (const token of [accessToken, fresh.accessToken]) {
    expect((await b.me(token)).status).toBe(200);
  }
  const out = await a.mutate("auth.logout", undefined, { token: accessToken });
  expect(out.status).toBe(200);
  const everywhere = await b.mutate("auth.logoutEverywhere", undefined, {
    token: fresh.accessToken,
  });
  expect(everywhere.status).toBe(200);
  for (const node of world.nodes) {
    for (const token of [accessToken, fresh.accessToken]) {
      expect(reasonOf(await node.me(token))).toBe("token_revoked");
    }
  }
});

test("RT-13 a revocation made without Redis holds once Redis is back", async () => {
  await using own = await startWorld({ nodes: 2 });
  const { accessToken } = await own.nodes[0].signUp("back@example.test");
  for (const node of own.nodes) expect((await node.me(accessToken)).status).toBe(200);
  await own.redis?.kill();
  const out = await own.nodes[0].mutate("auth.logout", undefined, { token: accessToken });
  expect(out.status).toBe(200);
  await own.redis?.restart();
  for (const node of own.nodes) {
    await expect.poll(() => node.cache.status().kind, { timeout: 30_000 }).toBe("cached");
    expect(reasonOf(await node.me(accessToken))).toBe("token_revoked");
  }
});
