import {
  createTestDatabase,
  startRedis,
  type RedisServer,
  type TestDatabase,
} from "@portcullis/test-servers";
import { afterEach, beforeEach, expect, it, onTestFinished } from "vitest";
import { createRedisStore, OutcomeUnknownError, type WriteTrace } from "../src/index.ts";
import { startCacheProcess, type CacheProcess, type CacheProcessOptions } from "./cache-process.ts";
import { startCommitThief } from "./commit-thief.ts";
import { prepareDatabase } from "./row-cache.ts";

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
  options: Partial<CacheProcessOptions> = {},
): Promise<CacheProcess & { readonly traces: readonly WriteTrace[] }> {
  const traces: WriteTrace[] = [];
  const process = await startCacheProcess({
    postgresUrl: postgres.url,
    redisUrl: redis.url,
    onWrite: (trace) => traces.push(trace),
    ...options,
  });
  return { ...process, traces };
}

function namesOf(trace: WriteTrace | undefined): string[] | undefined {
  return trace?.steps.map(({ name }) => name);
}

it("tells what a write waited for, in order, and how many processes had to answer", async () => {
  const [writer, other] = [await setUp(), await setUp()];
  await other.posts.read("p1");
  // The process that came first has adopted the store, and what follows need not wait for it.
  await writer.rename("p2", "v2");
  await writer.rename("p1", "v2");
  const trace = writer.traces[1];
  expect(trace).toMatchObject({
    rows: [{ table: "post", id: "p1" }],
    outcome: "committed",
    attempts: 1,
    processes: 1,
  });
  // What stands behind a row is not told.
  expect(Object.keys(trace?.rows[0] ?? {})).toEqual(["table", "id"]);
  expect(namesOf(trace)).toEqual([
    "settle",
    "begin",
    "fence",
    "hold",
    "drain",
    "statements",
    "commit",
    "publish",
  ]);
  let endMs = 0;
  for (const { startMs, durationMs } of trace?.steps ?? []) {
    expect(startMs).toBeGreaterThanOrEqual(endMs);
    endMs = startMs + durationMs;
  }
  expect(trace?.totalMs).toBeGreaterThanOrEqual(endMs);
  expect(other.traces).toEqual([]);
});

it("tells of no processes where there is no other one", async () => {
  const writer = await setUp();
  await writer.rename("p1", "v2");
  expect(writer.traces).toMatchObject([{ outcome: "committed", processes: 0 }]);
});

it("tells of a bypass: how it was come to, and that nothing is fenced in it", async () => {
  const writer = await setUp();
  await redis.stop();
  await writer.rename("p1", "v2");
  await writer.rename("p1", "v3");
  const [first, second] = writer.traces;
  expect(first).toMatchObject({ outcome: "committed", processes: 0 });
  expect(first?.attempts).toBeGreaterThan(1);
  expect(namesOf(first)).toContain("bypass");
  expect(second).toMatchObject({ outcome: "committed", attempts: 1, processes: 0 });
  expect(namesOf(second)).toEqual(["settle", "begin", "hold", "statements", "commit"]);
});

it("tells of a write whose statements failed that it was rolled back", async () => {
  const writer = await setUp();
  const write = writer.cache.write([writer.posts.key("p1")], async () => {
    throw new OutcomeUnknownError("of another cache");
  });
  await expect(write).rejects.toThrow("of another cache");
  expect(writer.traces).toMatchObject([{ outcome: "rolled_back", attempts: 1 }]);
  expect(namesOf(writer.traces[0])?.slice(-3)).toEqual(["statements", "rollback", "unfence"]);
});

it("tells of processes that did not answer, and what came of it", async () => {
  const store = createRedisStore({ url: redis.url });
  const mute = { ...store, acknowledge: async () => undefined };
  const writer = await setUp();
  await setUp({ store: mute });
  await writer.rename("p1", "v2");
  expect(writer.traces).toMatchObject([{ outcome: "committed", attempts: 2, processes: 0 }]);
  const names = namesOf(writer.traces[0]) ?? [];
  expect(names.slice(names.indexOf("drain"), names.lastIndexOf("begin"))).toEqual([
    "drain",
    "rollback",
    "unfence",
    "evict",
    "settle",
  ]);
});

it("tells of a commit without an answer that nobody knows", async () => {
  const thief = await startCommitThief(postgres.url);
  onTestFinished(() => thief.close());
  const writer = await setUp({ postgresUrl: thief.url, databaseTimeoutMs: 1000 });
  thief.steal();
  await expect(writer.rename("p1", "v2")).rejects.toBeInstanceOf(OutcomeUnknownError);
  expect(writer.traces).toMatchObject([{ outcome: "unknown" }]);
  expect(namesOf(writer.traces[0])?.at(-1)).toBe("commit");
});

it("is told before the write returns, and what the listener throws harms nothing", async () => {
  const warning = new Promise<Error>((resolve) => {
    process.once("warning", resolve);
  });
  const writer = await setUp({
    onWrite: () => {
      throw new Error("a listener's own");
    },
  });
  await writer.rename("p1", "v2");
  expect(await writer.posts.read("p1")).toMatchObject({ title: "v2" });
  expect((await warning).message).toBe("a listener's own");
});
