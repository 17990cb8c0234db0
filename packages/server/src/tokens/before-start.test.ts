import { createMemoryStore, createWriteThroughCache } from "@portcullis/write-through";
import { expect, test } from "vitest";
import { createNode, reasonOf, startWorld, testSecret } from "../../test/start-auth.ts";

test("before start() nothing works, and the error says why", async () => {
  await using world = await startWorld();
  const [{ database }] = world.nodes;
  const cache = createWriteThroughCache({ database, store: createMemoryStore() });
  const idle = createNode(database, cache, world.clock);
  expect(() => idle.auth.jwks()).toThrow("auth.start()");
  expect(reasonOf(await idle.me("a.b.c"))).toBe("internal");
});

test("V13.3.1 a node with another secret does not start, and says what to do", async () => {
  await using world = await startWorld();
  const [{ database }] = world.nodes;
  const cache = createWriteThroughCache({ database, store: createMemoryStore() });
  const other = createNode(database, cache, world.clock, {
    secret: `${testSecret} that was typed wrong`,
  });
  await expect(other.auth.start()).rejects.toThrow(/Start with the secret it was made with/);
});
