import { setTimeout as sleep } from "node:timers/promises";
import {
  createTestDatabase,
  startRedis,
  type RedisServer,
  type TestDatabase,
} from "@portcullis/test-servers";
import { sql, type Kysely } from "kysely";
import { afterEach, beforeEach, describe, expect, expectTypeOf, it, onTestFinished } from "vitest";
import {
  DeadlineError,
  createRedisStore,
  createWriteThroughCache,
  OutcomeUnknownError,
  type CacheStore,
} from "../src/index.ts";
import { startCacheProcess, type CacheProcess, type CacheProcessOptions } from "./cache-process.ts";
import { startCommitThief } from "./commit-thief.ts";
import { connectRedis } from "./connect-redis.ts";
import { createGate } from "./gate.ts";
import {
  loadPost,
  migratePosts,
  openDatabase,
  prepareDatabase,
  type Post,
  type TestTables,
} from "./row-cache.ts";

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

/** One process of a service, which keeps nothing in its memory: these tests are about the store. */
async function setUp(options: Partial<CacheProcessOptions> = {}): Promise<CacheProcess> {
  return await startCacheProcess({
    postgresUrl: postgres.url,
    redisUrl: redis.url,
    nearMaxBytes: 0,
    ...options,
  });
}

interface AuthorityRow {
  readonly epoch: string;
  readonly replid: string | null;
  readonly nonce: string | null;
  readonly settled: boolean;
  readonly timeline: string | null;
}

async function readAuthorityRow(database: Kysely<TestTables>): Promise<AuthorityRow> {
  const { rows } = await sql<AuthorityRow>`select * from portcullis.authority`.execute(database);
  const [row] = rows;
  if (row === undefined) throw new Error("There is no authority");
  return row;
}

async function writeAuthorityRow(database: Kysely<TestTables>, row: AuthorityRow): Promise<void> {
  await sql`update portcullis.authority set epoch = ${row.epoch}, replid = ${row.replid},
    nonce = ${row.nonce}, settled = ${row.settled}, timeline = ${row.timeline}`.execute(database);
}

describe("reading", () => {
  it("asks Postgres once for a row, and for a row that is not there", async () => {
    const { posts, loads } = await setUp();
    for (let round = 0; round < 3; round += 1) {
      expect(await posts.read("p1")).toEqual({ id: "p1", title: "v1" });
      expect(await posts.read("nobody")).toBeUndefined();
    }
    expect(loads).toEqual(["p1", "nobody"]);
  });

  it("serves in one process what another has filled", async () => {
    const one = await setUp();
    const other = await setUp();
    await one.posts.read("p1");
    expect(await other.posts.read("p1")).toEqual({ id: "p1", title: "v1" });
    expect(other.loads).toEqual([]);
  });

  it("takes one round trip for rows of several tables, typed each by its own table", async () => {
    let reads = 0;
    const store = createRedisStore({ url: redis.url });
    const counting: CacheStore = {
      ...store,
      read: (...args) => {
        reads += 1;
        return store.read(...args);
      },
    };
    const { cache, posts } = await setUp({ store: counting });
    const lengths = cache.table({
      name: "length",
      schema: { parse: Number },
      load: async (handle, id) => (await loadPost(handle, id))?.title.length,
    });
    const keys = [posts.key("p1"), lengths.key("p1"), posts.key("nobody")] as const;
    await cache.readMany(keys);
    reads = 0;
    const values = await cache.readMany(keys);
    expectTypeOf(values).toEqualTypeOf<
      readonly [Post | undefined, number | undefined, Post | undefined]
    >();
    expect(values).toEqual([{ id: "p1", title: "v1" }, 2, undefined]);
    expect(reads).toBe(1);
  });

  it("CA-09: a thousand misses on one row cost two loads, one after the other", async () => {
    const gate = createGate();
    const store = createRedisStore({ url: redis.url, timeoutMs: 10_000 });
    let answers = 0;
    const counting: CacheStore = {
      ...store,
      async read(...args) {
        const reply = await store.read(...args);
        answers += 1;
        if (answers === 1000) gate.open();
        return reply;
      },
    };
    const { posts, loads } = await setUp({ store: counting, beforeLoad: gate.pass });
    // The gate opens when all have missed, so that none finds what another has filled.
    await Promise.all(Array.from({ length: 1000 }, () => posts.read("p1")));
    expect(loads).toEqual(["p1", "p1"]);
  });

  it("gives every caller the same frozen value", async () => {
    const { posts } = await setUp();
    const [one, other, third] = await Promise.all([
      posts.read("p1"),
      posts.read("p1"),
      posts.read("p1"),
    ]);
    const fromMemory = await posts.read("p1");
    for (const post of [one, other, third, fromMemory]) {
      expect(post).toEqual({ id: "p1", title: "v1" });
      expect(Object.isFrozen(post)).toBe(true);
    }
  });

  it("keeps the absence of a row for a short time only", async () => {
    const { posts } = await setUp();
    await posts.read("p1");
    await posts.read("nobody");
    const client = await connectRedis(redis);
    const [present = "", absent = ""] = [
      ...(await client.keys("*:v:post:p1")),
      ...(await client.keys("*:v:post:nobody")),
    ];
    expect(await client.pTTL(absent)).toBeLessThanOrEqual(10_000);
    expect(await client.pTTL(present)).toBeGreaterThan(1_000_000);
  });

  it("CA-08: a row that was looked for, inserted and deleted is never seen as it was before", async () => {
    const { cache, posts } = await setUp();
    expect(await posts.read("late")).toBeUndefined();
    await cache.write([posts.key("late")], async (transaction) => {
      await transaction.insertInto("post").values({ id: "late", title: "here" }).execute();
    });
    expect(await posts.read("late")).toEqual({ id: "late", title: "here" });
    await cache.write([posts.key("late")], async (transaction) => {
      await transaction.deleteFrom("post").where("id", "=", "late").execute();
    });
    expect(await posts.read("late")).toBeUndefined();
  });
});

describe("writing", () => {
  it("returns what the transaction returned, and publishes the row without a load by the next reader", async () => {
    const { cache, posts, loads } = await setUp();
    await posts.read("p1");
    const answer = await cache.write([posts.key("p1")], async (transaction) => {
      const { title } = await transaction
        .updateTable("post")
        .set({ title: "v2" })
        .where("id", "=", "p1")
        .returning("title")
        .executeTakeFirstOrThrow();
      return title;
    });
    expect(answer).toBe("v2");
    loads.length = 0;
    expect(await posts.read("p1")).toEqual({ id: "p1", title: "v2" });
    expect(loads).toEqual([]);
  });

  it("publishes what a trigger made of the row at the commit", async () => {
    const { posts, rename, database, loads } = await setUp();
    await sql`create function shout() returns trigger language plpgsql as $$
      begin
        update post set title = upper(new.title) where id = new.id and title <> upper(new.title);
        return null;
      end $$`.execute(database);
    await sql`create constraint trigger shout after update on post
      deferrable initially deferred for each row execute function shout()`.execute(database);
    await rename("p1", "quiet");
    loads.length = 0;
    expect(await posts.read("p1")).toMatchObject({ title: "QUIET" });
    expect(loads).toEqual([]);
  });

  it("is seen by every process at once", async () => {
    const nodes = [await setUp(), await setUp(), await setUp()];
    for (const { posts } of nodes) await posts.read("p1");
    for (const [index, { rename }] of nodes.entries()) {
      await rename("p1", `by ${index}`);
      for (const { posts } of nodes) {
        expect(await posts.read("p1")).toMatchObject({ title: `by ${index}` });
      }
    }
  });

  it("changes several rows or none", async () => {
    const { cache, posts } = await setUp();
    const write = cache.write([posts.key("p1"), posts.key("p2")], async (transaction) => {
      await transaction.updateTable("post").set({ title: "half" }).where("id", "=", "p1").execute();
      throw new Error("changed my mind");
    });
    await expect(write).rejects.toThrow("changed my mind");
    expect(await posts.read("p1")).toMatchObject({ title: "v1" });
    const client = await connectRedis(redis);
    expect(await client.keys("*:f:*")).toEqual([]);
  });

  it("DB-05: of two writes that wait for each other's rows, the one Postgres gives up is run again", async () => {
    const { cache, posts } = await setUp();
    const gates = { p1: createGate(), p2: createGate() };
    let runs = 0;
    const writeBoth = async (first: "p1" | "p2", second: "p1" | "p2"): Promise<void> => {
      await cache.write([posts.key("p1"), posts.key("p2")], async (transaction) => {
        runs += 1;
        for (const id of [first, second]) {
          await transaction
            .updateTable("post")
            .set({ title: first })
            .where("id", "=", id)
            .execute();
          if (id === first) await gates[first].pass();
        }
      });
    };
    const writes = [writeBoth("p1", "p2"), writeBoth("p2", "p1")];
    await Promise.all([gates.p1.reached, gates.p2.reached]);
    gates.p1.open();
    gates.p2.open();
    await Promise.all(writes);
    expect(runs).toBe(3);
    const [one, two] = await cache.readMany([posts.key("p1"), posts.key("p2")]);
    expect(one?.title).toBe(two?.title);
  });

  it("gives up a statement that waits too long for a row, and says that nothing was changed", async () => {
    const gate = createGate();
    const { cache, posts } = await setUp();
    const hasty = await setUp({ databaseTimeoutMs: 1000 });
    const holding = cache.write([posts.key("p1")], async (transaction) => {
      await transaction.updateTable("post").set({ title: "v2" }).where("id", "=", "p1").execute();
      await gate.pass();
    });
    await gate.reached;
    await expect(hasty.rename("p1", "v3")).rejects.toBeInstanceOf(DeadlineError);
    gate.open();
    await holding;
    expect(await posts.read("p1")).toMatchObject({ title: "v2" });
  });

  it("a commit that a deferred trigger refuses is rolled back for certain", async () => {
    const { posts, rename, database } = await setUp();
    await sql`create function refuse() returns trigger language plpgsql as $$
      begin raise exception 'not this'; end $$`.execute(database);
    await sql`create constraint trigger refuse after update on post
      deferrable initially deferred for each row execute function refuse()`.execute(database);
    await expect(rename("p1", "v2")).rejects.toMatchObject({ code: "P0001" });
    expect(await posts.read("p1")).toMatchObject({ title: "v1" });
    expect(await (await connectRedis(redis)).keys("*:f:*")).toEqual([]);
  });

  it("a row that cannot be stored does not make a committed write look failed", async () => {
    const { cache, posts, database, events } = await setUp();
    const counters = cache.table({
      name: "counter",
      schema: { parse: (input) => input as { count: bigint } },
      load: () => Promise.resolve({ count: 1n }),
    });
    await cache.write([posts.key("p1"), counters.key("c")], async (transaction) => {
      await transaction.updateTable("post").set({ title: "v2" }).where("id", "=", "p1").execute();
    });
    expect(await loadPost(database, "p1")).toMatchObject({ title: "v2" });
    expect(events).toContainEqual(
      expect.objectContaining({ kind: "publish_failed", table: "counter", id: "c" }),
    );
    await expect(counters.read("c")).rejects.toThrow("BigInt");
  });

  it("leaves no fence behind when the commit itself is refused", async () => {
    const { cache, posts, database } = await setUp();
    await database.schema
      .alterTable("post")
      .addUniqueConstraint("one_title", ["title", "id"], (constraint) =>
        constraint.deferrable().initiallyDeferred(),
      )
      .execute();
    const write = cache.write([posts.key("twin")], async (transaction) => {
      await transaction.schema.alterTable("post").dropConstraint("post_pkey").execute();
      const twin = { id: "twin", title: "same" };
      await transaction.insertInto("post").values([twin, twin]).execute();
    });
    await expect(write).rejects.toMatchObject({ code: "23505" });
    expect(await posts.read("twin")).toBeUndefined();
    expect(await (await connectRedis(redis)).keys("*:f:*")).toEqual([]);
  });

  it("DB-05: a commit without an answer is reported as unknown, and its row is read from Postgres", async () => {
    const thief = await startCommitThief(postgres.url);
    onTestFinished(() => thief.close());
    const writer = await setUp({ postgresUrl: thief.url, databaseTimeoutMs: 1000 });
    const reader = await setUp();
    await reader.posts.read("p1");
    thief.steal();
    await expect(writer.rename("p1", "v2")).rejects.toBeInstanceOf(OutcomeUnknownError);
    expect(await reader.posts.read("p1")).toMatchObject({ title: "v2" });

    thief.breakConnections();
    while (!reader.events.some(({ kind }) => kind === "fence_resolved")) {
      await reader.posts.read("p1");
      await sleep(5);
    }
    await reader.posts.read("p1");
    reader.loads.length = 0;
    expect(await reader.posts.read("p1")).toMatchObject({ title: "v2" });
    expect(reader.loads).toEqual([]);
  });

  it("never ends the fence of a transaction that is still open, however old", async () => {
    const gate = createGate();
    const writer = await setUp();
    const reader = await setUp();
    const writing = writer.cache.write([writer.posts.key("p1")], async (transaction) => {
      await transaction.updateTable("post").set({ title: "v2" }).where("id", "=", "p1").execute();
      await gate.pass();
    });
    await gate.reached;
    // Each read finds the fence older than 10 ms and asks Postgres whether it is over.
    for (let round = 0; round < 20; round += 1) {
      expect(await reader.posts.read("p1")).toMatchObject({ title: "v1" });
      await sleep(2);
    }
    expect(await (await connectRedis(redis)).keys("*:f:*")).toHaveLength(1);
    gate.open();
    await writing;
    expect(await reader.posts.read("p1")).toMatchObject({ title: "v2" });
  });
});

describe("when Redis misbehaves", () => {
  it("away: reads and writes go to Postgres alone, until it is back", async () => {
    const one = await setUp();
    const other = await setUp();
    await one.posts.read("p1");
    await other.posts.read("p1");
    await redis.kill("SIGKILL");
    expect(await one.posts.read("p1")).toEqual({ id: "p1", title: "v1" });
    await one.rename("p1", "v2");
    expect(one.cache.status().kind).toBe("bypass");
    expect(await other.posts.read("p1")).toMatchObject({ title: "v2" });
    await other.rename("p1", "v3");
    expect(await one.posts.read("p1")).toMatchObject({ title: "v3" });
    await redis.restart();
    await expect.poll(() => one.cache.status().kind, { timeout: 15_000 }).toBe("cached");
    await one.rename("p1", "v4");
    expect(await other.posts.read("p1")).toMatchObject({ title: "v4" });
  });

  it("away at the start: the cache starts all the same and uses Redis once it is there", async () => {
    await redis.kill("SIGKILL");
    const { cache, posts, rename, eventually } = await setUp();
    expect(cache.status()).toEqual({ kind: "bypass", epoch: 1n });
    expect(await posts.read("p1")).toMatchObject({ title: "v1" });
    await redis.restart({ keepData: false });
    await eventually("adopted");
    await rename("p1", "v2");
    expect(await posts.read("p1")).toMatchObject({ title: "v2" });
  });

  it("silent: a read waits for its deadline and then goes to Postgres; it heals by itself", async () => {
    const { cache, posts, rename } = await setUp();
    redis.pause();
    expect(await posts.read("p1")).toMatchObject({ title: "v1" });
    await rename("p1", "v2");
    expect(await posts.read("p1")).toMatchObject({ title: "v2" });
    redis.resume();
    await expect.poll(() => cache.status().kind, { timeout: 15_000 }).toBe("cached");
    await rename("p1", "v3");
    expect(await posts.read("p1")).toMatchObject({ title: "v3" });
    expect(cache.status().kind).toBe("cached");
  });

  it("RT-08: restarted from an old snapshot, it serves nothing of before", async () => {
    const { posts, rename, events } = await setUp();
    await posts.read("p1");
    const client = await connectRedis(redis);
    await client.sendCommand(["SAVE"]);
    await rename("p1", "v2");
    await redis.kill("SIGKILL");
    await redis.restart({ keepData: true });
    expect(await posts.read("p1")).toMatchObject({ title: "v2" });
    while (!events.some(({ kind }) => kind === "stranger")) {
      expect(await posts.read("p1")).toMatchObject({ title: "v2" });
      await sleep(5);
    }
    expect(await posts.read("p1")).toMatchObject({ title: "v2" });
  });

  it("sweeps what was kept under the nonce before, once another store is adopted", async () => {
    const { posts, eventually } = await setUp();
    await posts.read("p1");
    const client = await connectRedis(redis);
    const kept = await client.keys("*:v:*");
    expect(kept).toHaveLength(1);
    await client.set("portcullis:marker", "of an adoption that was never told to Postgres");
    await posts.read("p1");
    await eventually("adopted");
    await expect.poll(() => client.exists(kept)).toBe(0);
  });

  it("flushed: it is adopted anew, and what was cached is read again", async () => {
    const { cache, posts, rename, eventually } = await setUp();
    await posts.read("p1");
    const before = cache.status();
    await (await connectRedis(redis)).flushAll();
    await rename("p1", "v2");
    await eventually("adopted");
    expect(await posts.read("p1")).toMatchObject({ title: "v2" });
    expect(cache.status()).not.toEqual(before);
  });

  it("a second adoption follows in the other process, which keeps reading the truth meanwhile", async () => {
    const one = await setUp();
    const other = await setUp();
    await one.posts.read("p1");
    await (await connectRedis(redis)).flushAll();
    await one.rename("p1", "v2");
    expect(await other.posts.read("p1")).toMatchObject({ title: "v2" });
    await other.rename("p1", "v3");
    expect(await one.posts.read("p1")).toMatchObject({ title: "v3" });
    expect(other.cache.status()).toEqual(one.cache.status());
  });

  it.each([
    ["not JSON", "}{"],
    ["another row", JSON.stringify({ key: "post:p2", value: { id: "p2", title: "v1" } })],
    ["another shape", JSON.stringify({ key: "post:p1", value: { id: "p1", title: 7 } })],
    ["too large", JSON.stringify({ key: "post:p1", value: { id: "p1", title: "x".repeat(9000) } })],
  ])("CA-02: a value that is %s is reported, replaced and never returned", async (_name, text) => {
    const { posts, events, loads } = await setUp({ maxValueBytes: 4096 });
    await posts.read("p1");
    const client = await connectRedis(redis);
    const [name] = await client.keys("*:v:post:p1");
    await client.hSet(name ?? "", "value", text);
    expect(await posts.read("p1")).toEqual({ id: "p1", title: "v1" });
    expect(events).toContainEqual({ kind: "corrupt_value", table: "post", id: "p1" });
    await posts.read("p1");
    loads.length = 0;
    expect(await posts.read("p1")).toEqual({ id: "p1", title: "v1" });
    expect(loads).toEqual([]);
  });

  it("CA-03: a key of another type under our name is replaced", async () => {
    const { posts, events } = await setUp();
    await posts.read("p1");
    const client = await connectRedis(redis);
    const [name = ""] = await client.keys("*:v:post:p1");
    await client.del(name);
    await client.lPush(name, "a list");
    expect(await posts.read("p1")).toEqual({ id: "p1", title: "v1" });
    expect(events).toContainEqual({ kind: "corrupt_value", table: "post", id: "p1" });
    await posts.read("p1");
    expect(await client.type(name)).toBe("hash");
  });

  it("full: writes still succeed and reads still tell the truth", async () => {
    const { posts, rename } = await setUp();
    await posts.read("p2");
    const client = await connectRedis(redis);
    await client.configSet({ "maxmemory-policy": "noeviction", maxmemory: "1" });
    await rename("p1", "v2");
    expect(await posts.read("p1")).toMatchObject({ title: "v2" });
    expect(await posts.read("p2")).toMatchObject({ title: "v1" });
    expect(await posts.read("p3")).toMatchObject({ title: "v1" });
  });

  it("adopted under a write: the write starts over in the new epoch", async () => {
    const gate = createGate();
    const store = createRedisStore({ url: redis.url });
    const slow: CacheStore = {
      ...store,
      async fence(...args) {
        const reply = await store.fence(...args);
        await gate.pass();
        return reply;
      },
    };
    const writer = await setUp({ store: slow });
    const other = await setUp();
    const writing = writer.rename("p1", "v2");
    await gate.reached;
    await (await connectRedis(redis)).flushAll();
    await other.posts.read("p1");
    await other.eventually("adopted");
    // The new store knows nothing of the fence, so this reader may fill the old row.
    await other.posts.read("p1");
    gate.open();
    await writing;
    expect(await other.posts.read("p1")).toMatchObject({ title: "v2" });
  });

  it("split in two live masters: a write by the one is seen at once by readers of the other", async () => {
    const second = await startRedis();
    onTestFinished(() => second.stop());
    const reader = await setUp();
    await reader.posts.read("p1");
    const writer = await setUp({ store: createRedisStore({ url: second.url }) });
    await writer.rename("p1", "v2");
    expect(await reader.posts.read("p1")).toMatchObject({ title: "v2" });
  });

  it("demoted: a master that became a replica, and has not synchronised, serves nothing", async () => {
    const { posts, loads, events } = await setUp();
    await posts.read("p1");
    loads.length = 0;
    await (await connectRedis(redis)).replicaOf("127.0.0.1", 1);
    expect(await posts.read("p1")).toMatchObject({ title: "v1" });
    expect(loads).toEqual(["p1"]);
    expect(events).toContainEqual({ kind: "stranger", operation: "read" });
  });

  it("with an adoption that Postgres lost in a failover: the cache comes back by itself", async () => {
    const { cache, rename, posts, database } = await setUp();
    const before = await readAuthorityRow(database);
    await (await connectRedis(redis)).flushAll();
    await rename("p1", "v2");
    // As a promoted standby has it that the adoption had not reached.
    await writeAuthorityRow(database, { ...before, timeline: "000000AA" });
    await expect
      .poll(
        () =>
          rename("p1", "v3").then(
            () => true,
            () => false,
          ),
        { timeout: 20_000 },
      )
      .toBe(true);
    expect(await posts.read("p1")).toMatchObject({ title: "v3" });
    expect(cache.status().kind).toBe("cached");
  });

  it("with one epoch number given out twice by a failover: the two are not taken for one", async () => {
    const second = await startRedis();
    onTestFinished(() => second.stop());
    const one = await setUp();
    const before = await readAuthorityRow(one.database);
    await (await connectRedis(redis)).flushAll();
    await one.rename("p1", "v2");
    await writeAuthorityRow(one.database, { ...before, settled: true, timeline: "000000AA" });
    const other = await setUp({ store: createRedisStore({ url: second.url }) });
    await other.posts.read("p1");
    await one.rename("p1", "v3");
    expect(await other.posts.read("p1")).toEqual(await loadPost(other.database, "p1"));
  });

  it.each([
    ["a replica", ["REPLICAOF", "127.0.0.1", "1"]],
    ["one that may evict fences", ["CONFIG", "SET", "maxmemory-policy", "allkeys-lru"]],
  ])("%s is never adopted, and is done without", async (_name, command) => {
    const { cache, events, posts, rename } = await setUp();
    const client = await connectRedis(redis);
    await client.sendCommand(command);
    await client.set("portcullis:marker", "not ours").catch(() => undefined);
    await rename("p1", "v2");
    expect(cache.status().kind).toBe("bypass");
    expect(events.map(({ kind }) => kind)).toContain("adoption_failed");
    expect(await posts.read("p1")).toMatchObject({ title: "v2" });
  });

  it("V14.2.2: every value in Redis has a time to live, and fences do not outlast their write", async () => {
    const { posts, rename } = await setUp();
    await posts.read("p1");
    await posts.read("nobody");
    await rename("p2", "v2");
    const client = await connectRedis(redis);
    const names = await client.keys("*");
    expect(names.filter((name) => name.includes(":f:"))).toEqual([]);
    const values = names.filter((name) => name.includes(":v:"));
    expect(values).toHaveLength(3);
    for (const name of values) expect(await client.pTTL(name)).toBeGreaterThan(0);
  });
});

it("a start that failed can be repeated", async () => {
  const empty = await createTestDatabase();
  const database = openDatabase(empty.url);
  onTestFinished(async () => {
    await database.destroy();
    await empty.drop();
  });
  const store = createRedisStore({ url: redis.url });
  const cache = createWriteThroughCache({ database, store });
  await expect(cache.start()).rejects.toMatchObject({ code: "42P01" });
  await migratePosts(database);
  await cache.start();
  expect(cache.status().kind).toBe("cached");
  await cache.stop();
});

it("a row too large to be cached is read from Postgres and reported", async () => {
  const { posts, rename, events } = await setUp({ maxValueBytes: 256 });
  await rename("p1", "x".repeat(500));
  expect((await posts.read("p1"))?.title).toHaveLength(500);
  expect(events).toContainEqual(
    expect.objectContaining({ kind: "value_too_large", table: "post", id: "p1" }),
  );
});
