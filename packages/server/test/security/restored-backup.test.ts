import { startPostgres } from "@portcullis/test-servers";
import { createMemoryStore, createWriteThroughCache } from "@portcullis/write-through";
import { expect, test } from "vitest";
import { createNode, migrate, openDatabase, reasonOf } from "../start-auth.ts";
import type { BodyTokenSet, TestNode } from "../start-auth.ts";

const email = "ada@example.test";

/** A node over a database, as long as `work` runs. */
async function withNode<Value>(
  url: string,
  work: (node: TestNode) => Promise<Value>,
): Promise<Value> {
  await using stack = new AsyncDisposableStack();
  const database = openDatabase(url);
  stack.defer(() => database.destroy());
  const cache = createWriteThroughCache({ database, store: createMemoryStore(), leaseMs: 1000 });
  stack.defer(() => cache.stop());
  await cache.start();
  const node = createNode(database, cache, { nowMs: Date.now() });
  stack.defer(() => node.auth.stop());
  await node.auth.start();
  return await work(node);
}

test("RT-08 a backup that is restored signs nobody in, once all tokens have been revoked", async () => {
  await using postgres = await startPostgres();
  let before: BodyTokenSet | undefined;
  await postgres.createTemplate("backup", async (url) => {
    await migrate(url);
    before = await withNode(url, (node) => node.signUp(email));
  });
  if (before === undefined) throw new Error("Nobody has signed up");
  const { accessToken, refreshToken } = before;

  // Life goes on after the backup: sessions are prolonged, ended and opened, and all of them revoked.
  await using lived = await postgres.createDatabase("backup");
  const later = await withNode(lived.url, async (node) => {
    const refreshed = (await node.refresh(refreshToken)).data as BodyTokenSet;
    const revoked = await node.mutate("auth.logout", undefined, { token: refreshed.accessToken });
    expect(revoked.status).toBe(200);
    expect(reasonOf(await node.me(accessToken))).toBe("token_revoked");
    await node.auth.console.revokeAllTokens();
    return [refreshed, await node.login(email)];
  });

  await using restored = await postgres.createDatabase("backup");
  await withNode(restored.url, async (node) => {
    // What was revoked since the backup is not known in it.
    expect((await node.me(accessToken)).status).toBe(200);
    await node.auth.console.revokeAllTokens();
    for (const tokens of [{ accessToken, refreshToken }, ...later]) {
      expect((await node.me(tokens.accessToken)).status).toBe(401);
      expect((await node.refresh(tokens.refreshToken)).status).toBe(401);
    }
    expect((await node.me((await node.login(email)).accessToken)).status).toBe(200);
  });
});
