import {
  createTestDatabase,
  startRedis,
  type RedisServer,
  type TestDatabase,
} from "@portcullis/test-servers";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { createWriteThroughCache, createMemoryStore, type CacheEvent } from "../src/index.ts";
import { connectRedis } from "./connect-redis.ts";
import { startCacheProcess, type CacheProcess, type CacheProcessOptions } from "./cache-process.ts";
import { openDatabase, prepareDatabase } from "./row-cache.ts";

let postgres: TestDatabase;
let redis: RedisServer;

beforeAll(async () => {
  redis = await startRedis();
});

afterAll(() => redis.stop());

beforeEach(async () => {
  postgres = await createTestDatabase({ template: "write_through", migrate: prepareDatabase });
});

afterEach(() => postgres.drop());

async function setUp(options: Partial<CacheProcessOptions> = {}): Promise<CacheProcess> {
  return await startCacheProcess({
    postgresUrl: postgres.url,
    redisUrl: redis.url,
    auditFraction: 1,
    ...options,
  });
}

function audits({ events }: CacheProcess): CacheEvent[] {
  return events.filter(({ kind }) => kind.startsWith("audit_"));
}

/** Puts a row in Redis that Postgres does not have. */
async function poison(id: string, title: string): Promise<void> {
  const client = await connectRedis(redis);
  const wrong = JSON.stringify({ key: `post:${id}`, value: { id, title } });
  // Rows of nonces that are no longer in use may still be there.
  for (const name of await client.keys(`*:v:post:${id}`)) await client.hSet(name, "value", wrong);
}

it.each([
  ["in the store", 0],
  ["in the store, from where it came into memory", 1_000_000],
])("a wrong row %s is reported by its name", async (_name, nearMaxBytes) => {
  await (await setUp({ auditFraction: 0 })).posts.read("p1");
  await poison("p1", "wrong");
  const process = await setUp({ nearMaxBytes });
  expect(await process.posts.read("p1")).toMatchObject({ title: "wrong" });
  await process.eventually("audit_difference");
  expect(audits(process)).toEqual([
    { kind: "audit_difference", table: "post", id: "p1", source: "store" },
  ]);
  expect(process.cache.metrics().audit).toEqual({ audited: 1, differences: 1, skipped: 0 });
});

it("a row in memory is compared too, and one that is right is not reported", async () => {
  const process = await setUp();
  await process.posts.read("p1");
  await process.posts.read("p1");
  await expect.poll(() => process.cache.metrics().audit.audited).toBe(1);
  // What SQL from outside changes is what a cache cannot see.
  await process.database.updateTable("post").set({ title: "v2" }).where("id", "=", "p1").execute();
  await process.posts.read("p1");
  await process.eventually("audit_difference");
  expect(audits(process)).toEqual([
    { kind: "audit_difference", table: "post", id: "p1", source: "near" },
  ]);
});

it("reads while rows are written raise no false alarm, from memory or from the store", async () => {
  const writer = await setUp({ auditFraction: 0 });
  const readers = [await setUp(), await setUp({ nearMaxBytes: 0 })];
  let isWriting = true;
  const writing = (async () => {
    for (let version = 0; isWriting; version += 1) await writer.rename("p1", `w${version}`);
  })();
  try {
    for (let read = 0; read < 1000; read += 1) {
      for (const { posts } of readers) await posts.read("p1");
    }
  } finally {
    isWriting = false;
    await writing;
  }
  for (const process of readers) {
    await process.cache.stop();
    expect(audits(process)).toEqual([]);
    const { audit, reads } = process.cache.metrics();
    expect(audit.differences).toBe(0);
    expect(audit.audited).toBeGreaterThan(0);
    expect(audit.audited + audit.skipped).toBeLessThanOrEqual(reads.near + reads.store);
  }
});

it("a fault while a row is compared does not reach the caller", async () => {
  const process = await setUp();
  await process.posts.read("p1");
  await postgres.drop();
  expect(await process.posts.read("p1")).toMatchObject({ title: "v1" });
  await process.eventually("audit_failed");
  expect(process.cache.metrics().audit).toMatchObject({ audited: 0, differences: 0 });
});

it("nothing is compared unless it is asked for, and a fraction is one of 0 to 1", async () => {
  const process = await setUp({ auditFraction: 0 });
  for (let read = 0; read < 10; read += 1) await process.posts.read("p1");
  expect(process.cache.metrics().audit).toEqual({ audited: 0, differences: 0, skipped: 0 });
  const database = openDatabase(postgres.url);
  for (const auditFraction of [-0.1, 1.1, Number.NaN]) {
    expect(() =>
      createWriteThroughCache({ database, store: createMemoryStore(), auditFraction }),
    ).toThrow("auditFraction must be a number from 0 to 1");
  }
});
