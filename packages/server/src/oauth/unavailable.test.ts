import { createTestDatabase, startFaultProxy } from "@portcullis/test-servers";
import {
  createMemoryStore,
  createWriteThroughCache,
  migrateWriteThrough,
} from "@portcullis/write-through";
import { expect, test } from "vitest";
import { createOauthService } from "../../test/oauth-service.ts";
import type { OauthAnswer } from "../../test/oauth-service.ts";
import { claimsOf, createNode, openDatabase } from "../../test/start-auth.ts";
import type { TestNode } from "../../test/start-auth.ts";
import { migrateAuth } from "../index.ts";

/** A node whose way to Postgres can fail, and a way that does not. */
async function startFragile(stack: AsyncDisposableStack) {
  const { url } = stack.use(await createTestDatabase());
  const proxy = stack.use(await startFaultProxy({ target: { url } }));
  const [database, direct] = [openDatabase(proxy.url), openDatabase(url)].map((handle) => {
    stack.defer(() => handle.destroy());
    return handle;
  }) as [TestNode["database"], TestNode["database"]];
  await migrateWriteThrough(database);
  await migrateAuth(database);
  const cache = createWriteThroughCache({
    database,
    store: createMemoryStore(),
    databaseTimeoutMs: 1000,
  });
  await cache.start();
  stack.defer(() => cache.stop());
  const node = createNode(database, cache, { nowMs: Date.now() }, { databaseTimeoutMs: 1000 });
  await node.auth.start();
  stack.defer(() => node.auth.stop());
  return { node, proxy, direct, service: await createOauthService(node) };
}

function expectUnavailable(answer: OauthAnswer): void {
  expect(answer).toEqual({
    status: 503,
    headers: {
      "cache-control": "no-store",
      "content-type": "application/json",
      "retry-after": "5",
    },
    text: '{"error":"temporarily_unavailable"}',
  });
}

test("7009-2.2.1 without Postgres nothing is said of a token and nothing is done, and that is told", async () => {
  await using stack = new AsyncDisposableStack();
  const { node, proxy, service } = await startFragile(stack);
  const { accessToken, refreshToken } = await node.signUp("ada@example.test");
  expect((await service.introspect(accessToken)).status).toBe(200);

  proxy.refuse();
  proxy.cut();
  for (const token of [accessToken, refreshToken]) {
    expectUnavailable(await service.introspect(token));
    expectUnavailable(await service.revoke(token));
  }
  expect(node.events).toContainEqual(
    expect.objectContaining({ kind: "call_failed", path: "oauth.revoke", reason: "unavailable" }),
  );

  proxy.heal();
  await expect.poll(() => node.me(accessToken), { timeout: 20_000 }).toMatchObject({ status: 200 });
  for (const token of [accessToken, refreshToken]) {
    expect(JSON.parse((await service.introspect(token)).text)).toMatchObject({ active: true });
  }
  expect((await service.revoke(refreshToken)).status).toBe(200);
  expect((await service.introspect(accessToken)).text).toBe('{"active":false}');
});

test("7009-2.2.1 a revocation that comes to no end in time is not called done, and may be repeated", async () => {
  await using stack = new AsyncDisposableStack();
  const { node, direct, service } = await startFragile(stack);
  const { accessToken } = await node.signUp("ada@example.test");
  const { sid } = claimsOf(accessToken);

  const held = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  stack.defer(release.resolve);
  const holder = direct.transaction().execute(async (transaction) => {
    await transaction
      .selectFrom("portcullis.session")
      .select("id")
      .where("id", "=", sid)
      .forUpdate()
      .execute();
    held.resolve();
    await release.promise;
  });
  await held.promise;
  expectUnavailable(await service.revoke(accessToken));
  release.resolve();
  await holder;

  expect((await node.me(accessToken)).status).toBe(200);
  expect((await service.revoke(accessToken)).status).toBe(200);
  expect((await node.me(accessToken)).status).toBe(401);
});

test("a bug is no promise that trying again helps, and its text stays inside", async () => {
  await using stack = new AsyncDisposableStack();
  const { node, direct, service } = await startFragile(stack);
  await direct.schema.dropTable("portcullis.oauth_client").execute();
  const answer = await service.introspect("garbage");
  expect(answer.status).toBe(500);
  expect(answer.text).toBe('{"error":"server_error"}');
  expect(node.events).toContainEqual(
    expect.objectContaining({ kind: "call_failed", path: "oauth.introspect", reason: "internal" }),
  );
});
