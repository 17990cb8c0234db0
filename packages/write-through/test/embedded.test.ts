import { PGlite } from "@electric-sql/pglite";
import { Kysely, PGliteDialect } from "kysely";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import {
  createMemoryStore,
  createWriteThroughCache,
  type CachedTable,
  type CacheEvent,
  type WriteThroughCache,
} from "../src/index.ts";
import { loadPost, migratePosts, postSchema, type Post, type TestTables } from "./row-cache.ts";

let database: Kysely<TestTables>;

beforeAll(async () => {
  database = new Kysely<TestTables>({ dialect: new PGliteDialect({ pglite: new PGlite() }) });
  await migratePosts(database);
});

afterAll(() => database.destroy());

interface Setup {
  readonly cache: WriteThroughCache<TestTables>;
  readonly posts: CachedTable<Post>;
  readonly events: CacheEvent[];
  readonly loads: string[];
}

/** The cache of a process that has no server beside it. */
async function setUp(): Promise<Setup> {
  const events: CacheEvent[] = [];
  const loads: string[] = [];
  const cache = createWriteThroughCache({
    database,
    store: createMemoryStore(),
    leaseMs: 1000,
    onEvent: (event) => events.push(event),
  });
  const posts = cache.table({
    name: "post",
    schema: postSchema,
    load: (handle, id) => {
      loads.push(id);
      return loadPost(handle, id);
    },
  });
  await cache.start();
  onTestFinished(() => cache.stop());
  return { cache, posts, events, loads };
}

it("reads, writes and caches without a server", async () => {
  const { cache, posts, loads } = await setUp();
  expect(await posts.read("p1")).toEqual({ id: "p1", title: "v1" });
  expect(await posts.read("nobody")).toBeUndefined();
  await cache.write([posts.key("p1")], async (transaction) => {
    await transaction.updateTable("post").set({ title: "v2" }).where("id", "=", "p1").execute();
  });
  expect(await posts.read("p1")).toEqual({ id: "p1", title: "v2" });
  expect(await posts.read("nobody")).toBeUndefined();
  expect(loads).toEqual(["p1", "nobody", "p1"]);
});

it("rolls back what throws, and serves what was before", async () => {
  const { cache, posts } = await setUp();
  const before = await posts.read("p2");
  const write = cache.write([posts.key("p2")], async (transaction) => {
    await transaction.deleteFrom("post").where("id", "=", "p2").execute();
    throw new Error("changed my mind");
  });
  await expect(write).rejects.toThrow("changed my mind");
  expect(await posts.read("p2")).toEqual(before);
});

it("keeps writers of one row in order, many at a time", async () => {
  const { cache, posts } = await setUp();
  const titles = Array.from({ length: 20 }, (_item, index) => `title ${index}`);
  await Promise.all(
    titles.map((title) =>
      cache.write([posts.key("p3")], async (transaction) => {
        await transaction.updateTable("post").set({ title }).where("id", "=", "p3").execute();
      }),
    ),
  );
  expect(await posts.read("p3")).toEqual(await loadPost(database, "p3"));
});

it("starts in a new epoch each time, since its store is new", async () => {
  const first = await setUp();
  const before = first.cache.status();
  await first.cache.stop();
  const second = await setUp();
  expect(second.events.map(({ kind }) => kind)).toEqual(["adopted", "joined"]);
  expect(second.cache.status()).not.toEqual(before);
});
