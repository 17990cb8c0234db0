import {
  createTestDatabase,
  startRedis,
  type RedisServer,
  type TestDatabase,
} from "@portcullis/test-servers";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import {
  createRedisStore,
  createWriteThroughCache,
  type CachedTable,
  type CacheEvent,
  type CacheStore,
} from "../src/index.ts";
import {
  openCacheProcess,
  startCacheProcess,
  type CacheProcess,
  type CacheProcessOptions,
} from "./cache-process.ts";
import { connectRedis } from "./connect-redis.ts";
import { createGate } from "./gate.ts";
import { loadPost, postSchema, prepareDatabase, type Post } from "./row-cache.ts";

let postgres: TestDatabase;
let redis: RedisServer;

beforeEach(async () => {
  postgres = await createTestDatabase({ template: "write_through", migrate: prepareDatabase });
  redis = await startRedis();
});

afterEach(async () => {
  await redis.stop();
  await postgres.drop();
});

/** One process of a service, which keeps rows in its memory. */
async function setUp(options: Partial<CacheProcessOptions> = {}): Promise<CacheProcess> {
  return await startCacheProcess({
    postgresUrl: postgres.url,
    redisUrl: redis.url,
    ...options,
  });
}

async function setUpThree(): Promise<[CacheProcess, CacheProcess, CacheProcess]> {
  return [await setUp(), await setUp(), await setUp()];
}

/** The ids of the processes that may keep rows in their memory. */
async function listedIds({ database }: CacheProcess): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from portcullis.node where eviction is null order by id`.execute(database);
  return rows.map(({ id }) => id);
}

function kindsOf({ events }: CacheProcess): CacheEvent["kind"][] {
  return events.map(({ kind }) => kind);
}

/** Until what can go on without a server has gone on. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
}

interface CountingStore {
  readonly store: CacheStore;
  readonly reads: (readonly string[])[];
}

/** The keys of every round trip. */
function countReads(): CountingStore {
  const store = createRedisStore({ url: redis.url });
  const reads: (readonly string[])[] = [];
  const read: CacheStore["read"] = (...args) => {
    if (args[1].length > 0) reads.push(args[1]);
    return store.read(...args);
  };
  return { store: { ...store, read }, reads };
}

describe("rows in the memory of a process", () => {
  it("are read without a round trip, as the same frozen value", async () => {
    const { store, reads } = countReads();
    const { cache, posts, loads } = await setUp({ store });
    const first = await posts.read("p1");
    expect(await posts.read("p1")).toBe(first);
    expect(Object.isFrozen(first)).toBe(true);
    expect(reads).toEqual([["post:p1"]]);
    expect(loads).toEqual(["p1"]);
    expect(cache.metrics()).toMatchObject({
      reads: { near: 1, store: 0, postgres: 1 },
      near: { rows: 1 },
    });
  });

  it("are kept when the store had them too", async () => {
    await (await setUp()).posts.read("p1");
    const { store, reads } = countReads();
    const { posts, loads } = await setUp({ store });
    const first = await posts.read("p1");
    expect(await posts.read("p1")).toBe(first);
    expect(reads).toHaveLength(1);
    expect(loads).toEqual([]);
  });

  it("are read together with others in one round trip, so that all are one snapshot", async () => {
    const { store, reads } = countReads();
    const { cache, posts } = await setUp({ store });
    await posts.read("p1");
    const keys = [posts.key("p1"), posts.key("p2")];
    await cache.readMany(keys);
    expect(reads).toEqual([["post:p1"], ["post:p1", "post:p2"]]);
    await cache.readMany(keys);
    expect(reads).toHaveLength(2);
  });

  it("are never absences", async () => {
    const { cache, posts, loads } = await setUp();
    for (let round = 0; round < 3; round += 1) {
      expect(await posts.read("nobody")).toBeUndefined();
    }
    expect(loads).toEqual(["nobody"]);
    expect(cache.metrics()).toMatchObject({
      reads: { near: 0, store: 2, postgres: 1 },
      near: { rows: 0, bytes: 0 },
    });
  });

  it("are none when nearMaxBytes is 0, and writers need not wait any longer for that", async () => {
    const { cache, posts } = await setUp({ nearMaxBytes: 0 });
    const writer = await setUp();
    await posts.read("p1");
    await posts.read("p1");
    expect(cache.metrics()).toMatchObject({ reads: { near: 0, store: 1 }, near: { rows: 0 } });
    await writer.rename("p1", "v2");
    expect(await posts.read("p1")).toMatchObject({ title: "v2" });
    expect(kindsOf(writer)).not.toContain("evicted");
  });

  it("refuses too many keys and none alike, in memory or not", async () => {
    const { cache, posts } = await setUp();
    await posts.read("p1");
    const keys = Array.from({ length: 33 }, () => posts.key("p1"));
    await expect(cache.readMany(keys)).rejects.toMatchObject({ code: "invalid_key" });
    await expect(cache.readMany([])).rejects.toMatchObject({ code: "invalid_key" });
  });
});

describe("a write", () => {
  it("reaches a row whose load is under way though another row of its read has failed", async () => {
    const [reader, writer] = [await setUp(), await setUp()];
    const gate = createGate();
    let isFirst = true;
    const notesOf = ({ cache }: CacheProcess, load: typeof loadPost): CachedTable<Post> =>
      cache.table({ name: "note", schema: postSchema, load });
    const notes = notesOf(reader, async (handle, id) => {
      if (id === "p2") throw new Error("lost");
      const row = await loadPost(handle, id);
      if (isFirst) {
        isFirst = false;
        await gate.pass();
      }
      return row;
    });
    const key = notesOf(writer, loadPost).key("p1");
    const reading = reader.cache.readMany([notes.key("p1"), notes.key("p2")]);
    await expect(reading).rejects.toThrow("lost");
    await gate.reached;
    await writer.cache.write([key], async (transaction) => {
      await transaction.updateTable("post").set({ title: "v2" }).where("id", "=", "p1").execute();
    });
    gate.open();
    await settled();
    for (let read = 0; read < 3; read += 1) {
      expect(await notes.read("p1")).toMatchObject({ title: "v2" });
    }
  });

  it("that was committed has succeeded, also when the listener of events throws", async () => {
    const { database } = await setUp();
    const store = createRedisStore({ url: redis.url });
    const cache = createWriteThroughCache({
      database,
      leaseMs: 1000,
      store: { ...store, publish: () => Promise.reject(new Error("not published")) },
      onEvent({ kind }) {
        if (kind === "publish_failed") throw new Error("the log is full");
      },
    });
    onTestFinished(() => cache.stop());
    const posts = cache.table({ name: "post", schema: postSchema, load: loadPost });
    await cache.start();
    const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
    expect(await cache.write([posts.key("p1")], () => Promise.resolve("done"))).toBe("done");
    expect((await warned).message).toBe("the log is full");
  });

  it("is seen at once by every process that has the row in memory", async () => {
    const processes = await setUpThree();
    for (const [index, { rename }] of processes.entries()) {
      for (const { posts } of processes) {
        const post = await posts.read("p1");
        expect(await posts.read("p1")).toBe(post);
      }
      await rename("p1", `by ${index}`);
      for (const { posts } of processes) {
        expect(await posts.read("p1")).toMatchObject({ title: `by ${index}` });
      }
    }
    for (const process of processes) expect(kindsOf(process)).not.toContain("evicted");
  });

  it("drops the row from the memory of its own process, and no other row", async () => {
    const { cache, posts, rename } = await setUp();
    await posts.read("p1");
    const other = await posts.read("p2");
    await rename("p1", "v2");
    expect(cache.metrics().near.rows).toBe(1);
    expect(await posts.read("p1")).toMatchObject({ title: "v2" });
    expect(await posts.read("p2")).toBe(other);
  });

  it("that is rolled back leaves the truth", async () => {
    const [writer, reader] = await setUpThree();
    await reader.posts.read("p1");
    const write = writer.cache.write([writer.posts.key("p1")], async (transaction) => {
      await transaction.updateTable("post").set({ title: "v2" }).where("id", "=", "p1").execute();
      throw new Error("changed my mind");
    });
    await expect(write).rejects.toThrow("changed my mind");
    for (const { posts } of [writer, reader]) {
      expect(await posts.read("p1")).toMatchObject({ title: "v1" });
    }
  });

  it("keeps a row from memory whose answer was under way", async () => {
    const gate = createGate();
    const store = createRedisStore({ url: redis.url });
    let isHeldUp = false;
    const slow: CacheStore = {
      ...store,
      async read(...args) {
        const reply = await store.read(...args);
        if (isHeldUp) await gate.pass();
        return reply;
      },
    };
    const reader = await setUp({ store: slow });
    const writer = await setUp();
    await writer.posts.read("p1");
    isHeldUp = true;
    const reading = reader.posts.read("p1");
    await gate.reached;
    isHeldUp = false;
    await writer.rename("p1", "v2");
    gate.open();
    // It began before the write did, so either value is right; what it kept would not be.
    await reading;
    expect(await reader.posts.read("p1")).toMatchObject({ title: "v2" });
    expect(kindsOf(writer)).not.toContain("evicted");
  });

  it("waits for a process that died without a goodbye, once", async () => {
    const { database, rename, events, posts } = await setUp();
    await sql`insert into portcullis.node (id, lease_ms) values ('dead', 1000)`.execute(database);
    await rename("p1", "v2");
    await rename("p1", "v3");
    await rename("p2", "v2");
    expect(events.filter(({ kind }) => kind === "evicted")).toEqual([
      { kind: "evicted", nodes: 1 },
    ]);
    const { rows } = await sql`select id from portcullis.node where id = 'dead'`.execute(database);
    expect(rows).toEqual([]);
    expect(await posts.read("p1")).toMatchObject({ title: "v3" });
  });

  it("waits for a process that another writer has evicted", async () => {
    const { database, rename } = await setUp();
    await sql`insert into portcullis.node (id, eviction, lease_ms) values ('dead', 'mark', 1000)`.execute(
      database,
    );
    await rename("p1", "v2");
    const { rows } = await sql`select id from portcullis.node where id = 'dead'`.execute(database);
    expect(rows).toEqual([]);
  });

  it("of several writers at once, past a dead process, all succeed", async () => {
    const processes = await setUpThree();
    const [{ database, posts }] = processes;
    await sql`insert into portcullis.node (id, lease_ms) values ('dead', 1000)`.execute(database);
    await Promise.all(processes.map(({ rename }, index) => rename(`p${index + 1}`, "v2")));
    for (const id of ["p1", "p2", "p3"]) {
      expect(await posts.read(id)).toMatchObject({ title: "v2" });
    }
    const { rows } = await sql`select id from portcullis.node where id = 'dead'`.execute(database);
    expect(rows).toEqual([]);
  });
});

/** A store whose process does not hear what others write, while it is deaf. */
function deafStore(): { readonly store: CacheStore; hear(): void } {
  const store = createRedisStore({ url: redis.url, timeoutMs: 300 });
  let isDeaf = true;
  return {
    store: {
      ...store,
      open: (listener) =>
        store.open({
          ...listener,
          invalidated: (invalidation) => {
            if (!isDeaf) listener.invalidated(invalidation);
          },
        }),
    },
    hear() {
      isDeaf = false;
    },
  };
}

describe("a process that does not answer", () => {
  it("is evicted, empties its memory, and is back when it hears again", async () => {
    const { store, hear } = deafStore();
    const silent = await setUp({ store });
    const writer = await setUp();
    await silent.posts.read("p1");
    await silent.posts.read("p2");
    const before = await listedIds(writer);
    expect(before).toHaveLength(2);

    await writer.rename("p1", "v2");
    expect(kindsOf(writer)).toContain("evicted");
    await expect.poll(() => silent.cache.metrics().near.rows).toBe(0);
    expect(await silent.posts.read("p1")).toMatchObject({ title: "v2" });

    hear();
    await expect.poll(() => listedIds(writer), { timeout: 15_000 }).toHaveLength(2);
    expect(await listedIds(writer)).not.toEqual(before);
    const kept = await silent.posts.read("p1");
    await expect.poll(async () => (await silent.posts.read("p1")) === kept).toBe(true);
    await writer.rename("p1", "v3");
    expect(await silent.posts.read("p1")).toMatchObject({ title: "v3" });
  });

  it("for ever does not stop any write", async () => {
    const silent = await setUp({ store: deafStore().store });
    const writer = await setUp();
    for (let version = 2; version < 8; version += 1) {
      await silent.posts.read("p1");
      await writer.rename("p1", `v${version}`);
      expect(await silent.posts.read("p1")).toMatchObject({ title: `v${version}` });
    }
  });

  it("because it hears another Redis is in nobody's way", async () => {
    const second = await startRedis();
    onTestFinished(() => second.stop());
    const astray = await setUp({ store: createRedisStore({ url: second.url }) });
    const writer = await setUp();
    for (let version = 2; version < 6; version += 1) {
      await writer.rename("p1", `v${version}`);
      expect(await astray.posts.read("p1")).toMatchObject({ title: `v${version}` });
    }
  });
});

describe("a process that starts and stops", () => {
  it("does not use the cache before it has started", async () => {
    const running = await setUp();
    await running.posts.read("p1");
    const { cache, posts } = openCacheProcess({ postgresUrl: postgres.url, redisUrl: redis.url });
    expect(await posts.read("p1")).toMatchObject({ title: "v1" });
    expect(cache.status().kind).toBe("uncached");
    expect(cache.metrics().reads).toEqual({ near: 0, store: 0, postgres: 1 });
  });

  it("stops when its writes are over", async () => {
    const stopped = await setUp();
    const { cache, posts, database } = stopped;
    const gate = createGate();
    const writing = cache.write([posts.key("p1")], async (transaction) => {
      await gate.pass();
      await transaction.updateTable("post").set({ title: "v2" }).where("id", "=", "p1").execute();
    });
    await gate.reached;
    const stopping = cache.stop();
    // Each is a round trip, in which it could have left.
    for (let look = 0; look < 20; look += 1) expect(await listedIds(stopped)).toHaveLength(1);
    gate.open();
    await stopping;
    expect(await loadPost(database, "p1")).toMatchObject({ title: "v2" });
    await writing;
    expect(await (await connectRedis(redis)).keys("*:f:*")).toEqual([]);
  });
});

describe("a process that hears no messages", () => {
  it("is not one whose ping Redis refuses, busy with a script", async () => {
    const refused = Promise.withResolvers<void>();
    let refusals = 0;
    const store = createRedisStore({
      url: redis.url,
      timeoutMs: 300,
      onConnectionError(error) {
        if (error instanceof Error && error.message.startsWith("BUSY")) refusals += 1;
        // Both connections of the store, each more than once.
        if (refusals === 6) refused.resolve();
      },
    });
    const busy = await setUp({ store });
    const [client, killer] = [await connectRedis(redis), await connectRedis(redis)];
    await client.configSet("busy-reply-threshold", "20");
    const script = client.eval("while true do end").catch(() => undefined);
    await refused.promise;
    await killer.sendCommand(["SCRIPT", "KILL"]);
    await script;
    await expect
      .poll(async () => {
        await busy.posts.read("p1");
        return busy.cache.metrics().reads.near;
      })
      .toBeGreaterThan(0);
    expect(kindsOf(busy)).not.toContain("left");
  });

  it("leaves the list, and is back under another name once it hears them again", async () => {
    const [reader, writer] = [await setUp(), await setUp()];
    await reader.posts.read("p1");
    const before = await listedIds(writer);
    const client = await connectRedis(redis);
    await client.sendCommand(["CLIENT", "KILL", "TYPE", "pubsub"]);
    await writer.rename("p1", "v2");
    expect(await reader.posts.read("p1")).toMatchObject({ title: "v2" });

    const isRenewed = async (): Promise<boolean> => {
      const now = await listedIds(writer);
      return now.length === 2 && now.every((id) => !before.includes(id));
    };
    await expect.poll(isRenewed, { timeout: 15_000 }).toBe(true);
    const { near } = reader.cache.metrics().reads;
    await expect
      .poll(async () => {
        await reader.posts.read("p1");
        return reader.cache.metrics().reads.near;
      })
      .toBeGreaterThan(near);
    await writer.rename("p1", "v3");
    expect(await reader.posts.read("p1")).toMatchObject({ title: "v3" });
  });

  it("after it has stopped is in the list no more", async () => {
    const [stopping, other] = [await setUp(), await setUp()];
    const both = await listedIds(other);
    await stopping.posts.read("p1");
    await stopping.cache.stop();
    const left = await listedIds(other);
    expect(left).toHaveLength(1);
    expect(both).toContain(left[0]);
    await other.rename("p1", "v2");
    expect(kindsOf(other)).not.toContain("evicted");
    expect(await stopping.posts.read("p1")).toMatchObject({ title: "v2" });
  });
});

describe("when Redis misbehaves", () => {
  it("nothing is left of an epoch that a bypass ended, not even its fences", async () => {
    const { database, posts, cache } = await setUp();
    await posts.read("p1");
    const client = await connectRedis(redis);
    const [value = ""] = await client.keys("*:v:post:p1");
    await client.hSet(value.replace(":v:", ":f:"), "1", "1");
    await sql`select portcullis.flush_caches()`.execute(database);
    await expect.poll(() => cache.status().kind).toBe("bypass");
    await expect.poll(() => cache.status().kind, { timeout: 10_000 }).toBe("cached");
    await expect.poll(() => client.keys(value.replace(/:v:.*/, ":*"))).toEqual([]);
  });

  it("away: memory is emptied before a write returns, and filled again once Redis is back", async () => {
    const [one, other] = [await setUp(), await setUp()];
    for (const { posts } of [one, other]) await posts.read("p1");
    await redis.kill("SIGKILL");
    await one.rename("p1", "v2");
    expect(one.cache.status().kind).toBe("bypass");
    expect(one.cache.metrics().near.rows).toBe(0);
    expect(await other.posts.read("p1")).toMatchObject({ title: "v2" });
    await expect.poll(() => other.cache.metrics().near.rows).toBe(0);

    await redis.restart();
    for (const { cache, posts } of [one, other]) {
      await expect
        .poll(
          async () => {
            await posts.read("p1");
            return cache.metrics().near.rows;
          },
          { timeout: 20_000 },
        )
        .toBe(1);
    }
    await one.rename("p1", "v3");
    expect(await other.posts.read("p1")).toMatchObject({ title: "v3" });
  });

  it("flushed: what was in memory is not served past the next write", async () => {
    const processes = await setUpThree();
    for (const { posts } of processes) await posts.read("p1");
    await (await connectRedis(redis)).flushAll();
    const [{ rename }] = processes;
    await rename("p1", "v2");
    for (const { posts } of processes) {
      expect(await posts.read("p1")).toMatchObject({ title: "v2" });
    }
  });

  it.each([
    ["not JSON", "}{"],
    ["a number", "7"],
    ["null", "null"],
    ["an array", "[[]]"],
    ["empty", ""],
    ["of another shape", JSON.stringify({ keys: "post:p1", fence: 1, replyTo: {} })],
    ["of keys that are not text", JSON.stringify({ keys: [1], fence: "1", replyTo: "x" })],
    ["large", JSON.stringify({ keys: "x".repeat(1_000_000) })],
    ["forged", JSON.stringify({ keys: ["post:p1"], fence: "1", replyTo: "*" })],
    ["a forged acknowledgement", JSON.stringify({ fence: "1", nodeId: "nobody" })],
  ])("a message that is %s harms nobody", async (_name, message) => {
    const [reader, writer] = [await setUp(), await setUp()];
    await reader.posts.read("p1");
    const before = await listedIds(writer);
    const client = await connectRedis(redis);
    const channels = await client.pubSubChannels("*");
    expect(channels).toHaveLength(3);
    for (const channel of channels) await client.publish(channel, message);
    // Messages arrive in order, so these come after the foreign ones.
    await writer.rename("p1", "v2");
    await reader.rename("p2", "v2");
    expect(await reader.posts.read("p1")).toMatchObject({ title: "v2" });
    expect(await writer.posts.read("p2")).toMatchObject({ title: "v2" });
    expect(await listedIds(writer)).toEqual(before);
  });
});
