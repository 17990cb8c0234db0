import { setTimeout as sleep } from "node:timers/promises";
import {
  createTestDatabase,
  openPool,
  startFaultProxy,
  startPostgres,
  startRedis,
  type FaultProxy,
  type PostgresServer,
  type RedisServer,
  type TestDatabase,
} from "@portcullis/test-servers";
import { AbortedTransactionError, Kysely, PostgresDialect, sql } from "kysely";
import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import {
  DatabaseUnavailableError,
  DeadlineError,
  OutcomeUnknownError,
  type CachedTable,
} from "../src/index.ts";
import { createPostgresPrimary } from "../src/postgres/postgres-primary.ts";
import { openCacheProcess, startCacheProcess, type CacheProcess } from "./cache-process.ts";
import { connectRedis } from "./connect-redis.ts";
import { createGate } from "./gate.ts";
import { turnIntoStandby } from "./hot-standby.ts";
import { loadPost, postSchema, prepareDatabase, type Post, type TestTables } from "./row-cache.ts";

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

async function setUp(
  options: { readonly postgresUrl?: string; readonly databaseTimeoutMs?: number } = {},
): Promise<CacheProcess> {
  return await startCacheProcess({
    postgresUrl: postgres.url,
    redisUrl: redis.url,
    nearMaxBytes: 0,
    ...options,
  });
}

async function ownServer(): Promise<PostgresServer & { readonly pid: number }> {
  const server = await startPostgres();
  onTestFinished(() => server.stop());
  if (server.pid === undefined) throw new Error("A server of somebody else is not to be stopped");
  await prepareDatabase(server.url);
  return { ...server, pid: server.pid };
}

async function proxied(): Promise<FaultProxy> {
  const proxy = await startFaultProxy({ target: postgres });
  onTestFinished(() => proxy.close());
  return proxy;
}

/** A table whose rows take Postgres longer to read than any test lasts. */
function slowTable({ cache }: CacheProcess): CachedTable<Post> {
  return cache.table({
    name: "slow",
    schema: postSchema,
    load: async (handle, id) => {
      await sql`select pg_sleep(600)`.execute(handle);
      return await loadPost(handle, id);
    },
  });
}

/** A write whose statement takes longer than any test lasts. */
async function writeSlowly({ cache, posts }: CacheProcess): Promise<void> {
  await cache.write([posts.key("p1")], async (transaction) => {
    await transaction.updateTable("post").set({ title: "v2" }).where("id", "=", "p1").execute();
    await sql`select pg_sleep(600)`.execute(transaction);
  });
}

/** Asks on a connection of its own, to which nothing happens. */
async function connectWatcher(url: string = postgres.url): Promise<Client> {
  const watcher = new Client({ connectionString: url });
  watcher.on("error", () => undefined);
  await watcher.connect();
  onTestFinished(() => watcher.end());
  return watcher;
}

/** The backends that sleep in a statement that begins so, as soon as there are as many. */
async function sleepers(watcher: Client, statement: string, count = 1): Promise<number[]> {
  for (;;) {
    const { rows } = await watcher.query<{ pid: number }>(
      `select pid from pg_stat_activity
       where datname = current_database() and wait_event = 'PgSleep' and starts_with(query, $1)`,
      [statement],
    );
    if (rows.length === count) return rows.map(({ pid }) => pid);
    await sleep(5);
  }
}

/** Resolves when they are gone. */
async function terminate(watcher: Client, pids: readonly number[]): Promise<void> {
  for (const pid of pids) await watcher.query("select pg_terminate_backend($1, 10000)", [pid]);
}

async function terminateSleeper(statement: string): Promise<void> {
  const watcher = await connectWatcher();
  await terminate(watcher, await sleepers(watcher, statement));
}

/** What a rejected promise was rejected with. */
async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    () => new Error("did not fail"),
    (error: unknown) => error,
  );
}

/** What a read or write is refused with, and what the driver had said. */
function unavailable(cause: object = {}): object {
  return {
    name: "DatabaseUnavailableError",
    code: "database_unavailable",
    message: "Postgres cannot be reached, has ended the connection, or only reads",
    cause: expect.objectContaining(cause) as unknown,
  };
}

/** Nothing was changed, and the cache holds nothing against it. */
async function expectUnchanged({ posts, rename }: CacheProcess): Promise<void> {
  const fences = await (await connectRedis(redis)).keys("*:f:*");
  expect(fences).toEqual([]);
  expect(await posts.read("p1")).toMatchObject({ title: "v1" });
  await rename("p1", "afterwards");
  expect(await posts.read("p1")).toMatchObject({ title: "afterwards" });
}

describe("a session that Postgres ends", () => {
  it("DB-05: while it reads: the read says that Postgres is unavailable, and the next one works", async () => {
    const process = await setUp();
    const reading = failureOf(slowTable(process).read("p1"));
    await terminateSleeper("select pg_sleep");
    expect(await reading).toMatchObject(unavailable({ code: "57P01" }));
    await expectUnchanged(process);
  });

  it("DB-05: in a statement of a write: nothing was changed", async () => {
    const process = await setUp();
    const writing = failureOf(writeSlowly(process));
    await terminateSleeper("select pg_sleep");
    expect(await writing).toMatchObject(unavailable({ code: "57P01" }));
    await expectUnchanged(process);
  });

  it("DB-05: between two statements of a write: nothing was changed", async () => {
    const process = await setUp();
    const gate = createGate();
    let pid = 0;
    const writing = process.cache.write([process.posts.key("p1")], async (transaction) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(
        transaction,
      );
      pid = rows[0]?.pid ?? 0;
      await gate.pass();
      await transaction.updateTable("post").set({ title: "v2" }).where("id", "=", "p1").execute();
    });
    const refused = failureOf(writing);
    await gate.reached;
    const watcher = await connectWatcher();
    await terminate(watcher, [pid]);
    gate.open();
    expect(await refused).toMatchObject(unavailable());
    await expectUnchanged(process);
  });

  it("DB-05: a write that overlooks it sends no commit, so nothing was changed", async () => {
    const process = await setUp();
    const writing = process.cache.write([process.posts.key("p1")], async (transaction) => {
      await transaction.updateTable("post").set({ title: "v2" }).where("id", "=", "p1").execute();
      const tell = sql`select pg_terminate_backend(pg_backend_pid())`;
      for (;;) {
        const failure = await failureOf(tell.execute(transaction));
        if (String(failure).includes("not queryable")) return;
      }
    });
    await expect(writing).rejects.toMatchObject(
      unavailable({ message: expect.stringContaining("not queryable") }),
    );
    await expectUnchanged(process);
  });

  it("DB-05: in a commit: the outcome is unknown", async () => {
    const process = await setUp();
    const { cache, posts, database } = process;
    await sql`create function linger() returns trigger language plpgsql as $$
      begin perform pg_sleep(600); return null; end $$`.execute(database);
    await sql`create constraint trigger linger after update on post
      deferrable initially deferred for each row execute function linger()`.execute(database);
    const writing = failureOf(process.rename("p1", "v2"));
    await terminateSleeper("commit");
    const error = await writing;
    expect(error).toBeInstanceOf(OutcomeUnknownError);
    expect(error).toMatchObject({ cause: { code: "57P01" } });
    expect(await posts.read("p1")).toMatchObject({ title: "v1" });
    expect(cache.status().kind).toBe("cached");
  });
});

describe("a Postgres that is stopped at once", () => {
  it("ends a read, a write and what comes after them as unavailable", async () => {
    const server = await ownServer();
    const running = await setUp({ postgresUrl: server.url });
    const watcher = await connectWatcher(server.url);
    const reading = failureOf(slowTable(running).read("p1"));
    const writing = failureOf(writeSlowly(running));
    await sleepers(watcher, "select pg_sleep", 2);
    const gone = new Promise((resolve) => watcher.once("end", resolve));
    process.kill(server.pid, "SIGQUIT");
    await gone;
    expect(await reading).toMatchObject(unavailable());
    expect(await writing).toMatchObject(unavailable());
    await server.stop();

    await expect(running.posts.read("p2")).rejects.toMatchObject(unavailable());
    await expect(running.rename("p2", "v2")).rejects.toMatchObject(unavailable());
    await expect(running.posts.read("p2")).rejects.toMatchObject(
      unavailable({ code: "ECONNREFUSED" }),
    );
    const late = openCacheProcess({ postgresUrl: server.url, redisUrl: redis.url });
    await expect(late.cache.start()).rejects.toMatchObject(unavailable({ code: "ECONNREFUSED" }));
    await running.eventually("renewal_failed");
    expect(running.events.find(({ kind }) => kind === "renewal_failed")).toMatchObject({
      error: { code: "database_unavailable" },
    });
  });

  it("that comes back as a standby is unavailable, for writes at once and for reads after the lease", async () => {
    const server = await ownServer();
    const running = await setUp({ postgresUrl: server.url });
    await turnIntoStandby(server);
    await expect(running.rename("p1", "v2")).rejects.toMatchObject(unavailable());
    await expect.poll(() => running.cache.status().kind, { timeout: 10_000 }).toBe("uncached");
    await expect(running.rename("p1", "v2")).rejects.toMatchObject(unavailable());
    await expect(running.posts.read("p1")).rejects.toMatchObject(unavailable());
  });
});

describe("a network that fails", () => {
  it("reads and writes on a connection that is cut are unavailable; the next ones work", async () => {
    const proxy = await proxied();
    const process = await setUp({ postgresUrl: proxy.url });
    const watcher = await connectWatcher();
    const reading = failureOf(slowTable(process).read("p1"));
    const [reader = 0] = await sleepers(watcher, "select pg_sleep");
    proxy.cut();
    expect(await reading).toMatchObject(unavailable());
    // Postgres does not notice while it sleeps.
    await terminate(watcher, [reader]);

    const writing = failureOf(writeSlowly(process));
    const [writer = 0] = await sleepers(watcher, "select pg_sleep");
    proxy.cut();
    expect(await writing).toMatchObject(unavailable());
    await terminate(watcher, [writer]);
    await expectUnchanged(process);
  });

  it("a refused connection is unavailable, a silent one late", async () => {
    const proxy = await proxied();
    const process = await setUp({ postgresUrl: proxy.url, databaseTimeoutMs: 500 });
    proxy.refuse();
    proxy.cut();
    await expect(process.posts.read("p1")).rejects.toMatchObject(unavailable());
    await expect(process.rename("p1", "v2")).rejects.toMatchObject(unavailable());
    proxy.heal();
    await expectUnchanged(process);

    proxy.blackHole();
    await expect(process.posts.read("p3")).rejects.toBeInstanceOf(DeadlineError);
    await expect(process.rename("p3", "v2")).rejects.toBeInstanceOf(DeadlineError);
    proxy.heal();
  });

  it("a pool that has no connection to give is unavailable", async () => {
    const pool = openPool(postgres.url, { max: 1, connectionTimeoutMillis: 100 });
    const database = new Kysely<TestTables>({ dialect: new PostgresDialect({ pool }) });
    onTestFinished(() => database.destroy());
    const primary = createPostgresPrimary({
      database,
      timeoutMs: 10_000,
      workTimeoutMs: 10_000,
      leaseMs: 1000,
    });
    const holding = await primary.begin("1", []);
    const refused = await failureOf(primary.load((handle) => loadPost(handle, "p1")));
    await holding.rollback();
    expect(refused).toMatchObject(unavailable());
    expect(await primary.load((handle) => loadPost(handle, "p1"))).toMatchObject({ title: "v1" });
  });
});

describe("a fault of the application", () => {
  it("reaches the caller of a write as it is, rolled back", async () => {
    const process = await setUp();
    const { cache, posts } = process;
    const own = new Error("The application's own reason");
    const write = async (fail: () => Promise<unknown>): Promise<unknown> =>
      await failureOf(
        cache.write([posts.key("p1")], async (transaction) => {
          await transaction
            .updateTable("post")
            .set({ title: "v2" })
            .where("id", "=", "p1")
            .execute();
          await fail();
          await transaction.insertInto("post").values({ id: "p2", title: "twin" }).execute();
        }),
      );
    expect(await write(() => Promise.reject(own))).toBe(own);
    const twin = await write(() => Promise.resolve());
    expect(twin).toMatchObject({ code: "23505" });
    expect(twin).not.toBeInstanceOf(DatabaseUnavailableError);
    await expectUnchanged(process);
  });

  it("that it overlooks rolls the write back all the same, and says so", async () => {
    const process = await setUp();
    const writing = process.cache.write([process.posts.key("p1")], async (transaction) => {
      await transaction.updateTable("post").set({ title: "v2" }).where("id", "=", "p1").execute();
      await failureOf(transaction.insertInto("post").values({ id: "p2", title: "twin" }).execute());
    });
    await expect(writing).rejects.toBeInstanceOf(AbortedTransactionError);
    await expectUnchanged(process);
  });

  it("reaches the caller of a read as it is", async () => {
    const { cache } = await setUp();
    const broken = cache.table({
      name: "broken",
      schema: postSchema,
      load: async (handle) => {
        await sql`selekt 1`.execute(handle);
        return undefined;
      },
    });
    await expect(broken.read("p1")).rejects.toMatchObject({ code: "42601" });
  });
});
