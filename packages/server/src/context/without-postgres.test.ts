import { startPostgres } from "@portcullis/test-servers";
import {
  createMemoryStore,
  createWriteThroughCache,
  migrateWriteThrough,
} from "@portcullis/write-through";
import { expect, test } from "vitest";
import { createNode, openDatabase, reasonOf, testPassword } from "../../test/start-auth.ts";
import { migrateAuth } from "../index.ts";

test("V16.5.3 with Postgres gone nothing is granted that it would have to grant, and the answer says so", async () => {
  await using stack = new AsyncDisposableStack();
  const postgres = stack.use(await startPostgres());
  const database = openDatabase(postgres.url);
  stack.defer(() => database.destroy());
  await migrateWriteThrough(database);
  await migrateAuth(database);
  const cache = createWriteThroughCache({ database, store: createMemoryStore() });
  await cache.start();
  stack.defer(() => cache.stop());
  const node = createNode(database, cache, { nowMs: Date.now() });
  await node.auth.start();
  stack.defer(() => node.auth.stop());

  const email = "ada@example.test";
  const { accessToken: token, refreshToken } = await node.signUp(email);
  await postgres.stop();
  const answers = [
    // Its rows were never read, so no cache can answer for them.
    await node.me(token),
    await node.mutate("auth.login", { email, password: testPassword }),
    await node.register("eve@example.test"),
    await node.refresh(refreshToken),
  ];
  expect(answers.map(reasonOf)).toEqual(answers.map(() => "unavailable"));
});
