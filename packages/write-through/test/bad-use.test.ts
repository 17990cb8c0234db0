import { describe, expect, it } from "vitest";
import {
  createMemoryStore,
  createRedisStore,
  createWriteThroughCache,
  InvalidKeyError,
  InvalidOptionsError,
  NotRunningError,
  type CachedTable,
  type WriteThroughCache,
} from "../src/index.ts";
import { loadPost, openDatabase, postSchema, type Post, type TestTables } from "./row-cache.ts";

// Nothing in this file may reach a server, so there is none.
const database = openDatabase("postgres://nobody@127.0.0.1:1/nothing");

interface Setup {
  readonly cache: WriteThroughCache<TestTables>;
  readonly posts: CachedTable<Post>;
  readonly loads: string[];
}

function setUp(): Setup {
  const loads: string[] = [];
  const cache = createWriteThroughCache({ database, store: createMemoryStore() });
  const posts = cache.table({
    name: "post",
    schema: postSchema,
    load: (handle, id) => {
      loads.push(id);
      return loadPost(handle, id);
    },
  });
  return { cache, posts, loads };
}

describe("bad use", () => {
  it.each([
    ["empty", ""],
    ["with a colon", "a:b"],
    ["with an asterisk", "a*b"],
    ["with a question mark", "a?b"],
    ["with a bracket", "a[b"],
    ["with a brace", "a{b"],
    ["with a blank", "a b"],
    ["with a line end", "a\r\nb"],
    ["with NUL", "a\0b"],
    ["not of ASCII", "ä"],
    ["of 10 KB", "x".repeat(10_240)],
  ])("CA-01: an id %s is refused before anything is sent", async (_name, id) => {
    const { posts, loads } = setUp();
    expect(() => posts.key(id)).toThrow(InvalidKeyError);
    await expect(posts.read(id)).rejects.toBeInstanceOf(InvalidKeyError);
    expect(loads).toEqual([]);
  });

  it.each(["not a URL", "http://127.0.0.1:6379", ":secret@127.0.0.1"])(
    "a store at %s is refused, and the error does not repeat it",
    (url) => {
      expect(() => createRedisStore({ url })).toThrow(
        new InvalidOptionsError("url must be a redis:// or rediss:// URL"),
      );
    },
  );

  it("a write before the start, or after the stop, and a start after the stop are refused", async () => {
    const { cache, posts } = setUp();
    const write = (): Promise<void> => cache.write([posts.key("p1")], () => Promise.resolve());
    await expect(write()).rejects.toBeInstanceOf(NotRunningError);
    await cache.stop();
    await expect(write()).rejects.toBeInstanceOf(NotRunningError);
    await expect(cache.start()).rejects.toBeInstanceOf(NotRunningError);
  });

  it("no keys, and more than 32, are refused", async () => {
    const { cache, posts } = setUp();
    const tooMany = Array.from({ length: 33 }, (_item, index) => posts.key(`p${index}`));
    await expect(cache.readMany([])).rejects.toBeInstanceOf(InvalidKeyError);
    await expect(cache.readMany(tooMany)).rejects.toBeInstanceOf(InvalidKeyError);
    await expect(cache.write([], () => Promise.resolve())).rejects.toBeInstanceOf(InvalidKeyError);
    await expect(cache.readMany([{ table: "other", id: "1" }])).rejects.toBeInstanceOf(
      InvalidKeyError,
    );
  });

  it("options out of their bounds are refused with the bounds", () => {
    const store = createMemoryStore();
    expect(() => createWriteThroughCache({ database, store, leaseMs: 999 })).toThrow(
      new InvalidOptionsError("leaseMs must be a whole number from 1000 to 60000, not 999"),
    );
    expect(() => createRedisStore({ url: "redis://127.0.0.1", keyPrefix: "a*" })).toThrow(
      InvalidOptionsError,
    );
    const cache = createWriteThroughCache({ database, store });
    const options = { name: "post", schema: postSchema, load: loadPost };
    cache.table(options);
    expect(() => cache.table(options)).toThrow("A cached table is named post already");
    expect(() => cache.table({ ...options, name: "Post" })).toThrow(InvalidOptionsError);
  });
});
