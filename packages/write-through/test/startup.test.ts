import {
  createTestDatabase,
  startPostgres,
  startRedis,
  type RedisServer,
  type TestDatabase,
} from "@portcullis/test-servers";
import { sql, type Kysely } from "kysely";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { UnfitServerError } from "../src/index.ts";
import { openCacheProcess, startCacheProcess, type CacheProcess } from "./cache-process.ts";
import { connectRedis } from "./connect-redis.ts";
import { promote, turnIntoStandby } from "./hot-standby.ts";
import { prepareDatabase, type TestTables } from "./row-cache.ts";

let postgres: TestDatabase;

beforeEach(async () => {
  postgres = await createTestDatabase({ template: "write_through", migrate: prepareDatabase });
});

afterEach(() => postgres.drop());

async function ownRedis(options: Parameters<typeof startRedis>[0] = {}): Promise<RedisServer> {
  const redis = await startRedis(options);
  onTestFinished(() => redis.stop());
  return redis;
}

function open(redisUrl: string, postgresUrl: string = postgres.url): CacheProcess {
  return openCacheProcess({ redisUrl, postgresUrl });
}

async function listedNodes(database: Kysely<TestTables>): Promise<number> {
  const { rows } = await sql`select id from portcullis.node`.execute(database);
  return rows.length;
}

/** It serves, from memory too, and hears what another process writes. */
async function expectToWork({ cache, posts }: CacheProcess, redisUrl: string): Promise<void> {
  expect(cache.status().kind).toBe("cached");
  const first = await posts.read("p1");
  expect(await posts.read("p1")).toBe(first);
  const writer = await startCacheProcess({ redisUrl, postgresUrl: postgres.url });
  await writer.rename("p1", "by another");
  expect(await posts.read("p1")).toMatchObject({ title: "by another" });
  expect(writer.events.map(({ kind }) => kind)).not.toContain("evicted");
}

describe("a start is refused", () => {
  it("when Redis may evict fences; with another policy it is repeated", async () => {
    const redis = await ownRedis({ settings: { "maxmemory-policy": "allkeys-lru" } });
    const process = open(redis.url);
    const refused = process.cache.start();
    await expect(refused).rejects.toBeInstanceOf(UnfitServerError);
    await expect(refused).rejects.toThrow("maxmemory-policy allkeys-lru, which may evict fences");
    const client = await connectRedis(redis);
    await expect.poll(() => client.clientList()).toHaveLength(1);
    expect(await listedNodes(process.database)).toBe(0);
    expect(process.cache.status().kind).toBe("uncached");

    await client.configSet("maxmemory-policy", "volatile-lru");
    await process.cache.start();
    await expectToWork(process, redis.url);
  });

  it("when Redis is a replica; once it is promoted it is repeated", async () => {
    const master = await ownRedis();
    const replica = await ownRedis({ replicaOf: master });
    const process = open(replica.url);
    await expect(process.cache.start()).rejects.toThrow(
      new UnfitServerError("This Redis is a replica: give the URL of its master"),
    );
    await replica.promote();
    await process.cache.start();
    await expectToWork(process, replica.url);
  });

  it("when Postgres is a standby; once it is promoted it is repeated", async () => {
    await using server = await startPostgres();
    await prepareDatabase(server.url);
    await turnIntoStandby(server);
    const redis = await ownRedis();
    const process = open(redis.url, server.url);
    await expect(process.cache.start()).rejects.toThrow(
      new UnfitServerError("This Postgres is a standby: give the URL of its primary"),
    );
    expect(await (await connectRedis(redis)).clientList()).toHaveLength(1);
    await promote(server);
    await process.cache.start();
    expect(process.cache.status().kind).toBe("cached");
    await process.rename("p1", "v2");
    expect(await process.posts.read("p1")).toMatchObject({ title: "v2" });
    await process.cache.stop();
  });

  it("when another process has another lease; once that has stopped it is repeated", async () => {
    const redis = await ownRedis();
    const urls = { redisUrl: redis.url, postgresUrl: postgres.url };
    const first = await startCacheProcess(urls);
    const second = openCacheProcess({ ...urls, leaseMs: 1500 });
    await expect(second.cache.start()).rejects.toThrow("leaseMs is 1500 here and 1000 in another");
    expect(await listedNodes(second.database)).toBe(1);
    await first.cache.stop();
    await second.cache.start();
    expect(second.cache.status().kind).toBe("cached");
    await second.cache.stop();
  });

  it("when a clock stands still, as one of a test may", async () => {
    const redis = await ownRedis();
    const process = open(redis.url);
    vi.useFakeTimers({ toFake: ["Date"] });
    try {
      await expect(process.cache.start()).rejects.toThrow("The wall clock of this process");
    } finally {
      vi.useRealTimers();
    }
    await process.cache.start();
    await expectToWork(process, redis.url);
  });
});

it("a start goes on with a Redis that does not say what it is, and does without it", async () => {
  const redis = await ownRedis();
  const client = await connectRedis(redis);
  await client.aclSetUser("shy", ["on", ">secret", "~*", "&*", "+@all", "-info"]);
  const url = new URL(redis.url);
  url.username = "shy";
  url.password = "secret";
  const process = open(url.href);
  await process.cache.start();
  expect(process.events.map(({ kind }) => kind)).toContain("adoption_failed");
  expect(process.cache.status().kind).toBe("bypass");
  await process.rename("p1", "v2");
  expect(await process.posts.read("p1")).toMatchObject({ title: "v2" });
});
