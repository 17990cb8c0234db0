import {
  createTestDatabase,
  startFaultProxy,
  startRedis,
  type RedisServer,
  type TestDatabase,
} from "@portcullis/test-servers";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { startCacheProcess, type CacheProcess, type CacheProcessOptions } from "./cache-process.ts";
import { createGate } from "./gate.ts";
import { prepareDatabase, type Post } from "./row-cache.ts";

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

/** A watch reads twice a lease, so within its deadline a test is told by a message or not at all. */
const endlessLeaseMs = 60_000;
const deadline = { timeout: 20_000 };

async function setUp(options: Partial<CacheProcessOptions> = {}): Promise<CacheProcess> {
  const urls = { postgresUrl: postgres.url, redisUrl: redis.url };
  return await startCacheProcess({ ...urls, ...options });
}

interface Watch {
  readonly over: Promise<void>;
  readonly stop: () => void;
  /** Resolves once the first row has had this title. */
  readonly sees: (title: string | undefined) => Promise<true>;
}

/** A watch that ends with the test. */
function watch({ cache, posts }: CacheProcess, ...ids: [string, ...string[]]): Watch {
  const stopping = new AbortController();
  onTestFinished(() => stopping.abort());
  const titles: (string | undefined)[] = [];
  let wake = (): void => undefined;
  const keys = ids.map((id) => posts.key(id));
  const onRead = ([row]: readonly (Post | undefined)[]): void => {
    titles.push(row?.title);
    wake();
  };
  const over = cache.watch(keys, onRead, stopping.signal);
  over.catch(() => undefined);
  return {
    over,
    stop: () => stopping.abort(),
    sees: (title) =>
      new Promise((resolve, reject) => {
        wake = () => void (titles.includes(title) && resolve(true));
        wake();
        over.then(() => reject(new Error("The watch has ended")), reject);
      }),
  };
}

describe("a watch", deadline, () => {
  it("has the rows as they are, and again at once when another process wrote one", async () => {
    const watcher = await setUp({ leaseMs: endlessLeaseMs });
    const writer = await setUp({ leaseMs: endlessLeaseMs });
    const { sees } = watch(watcher, "p1", "p2");
    expect(await sees("v1")).toBe(true);
    await writer.rename("p1", "v2");
    expect(await sees("v2")).toBe(true);
    await writer.cache.write([writer.posts.key("p1")], (transaction) =>
      transaction.deleteFrom("post").where("id", "=", "p1").execute(),
    );
    expect(await sees(undefined)).toBe(true);
  });

  it("has what its own process wrote at once", async () => {
    const process = await setUp({ leaseMs: endlessLeaseMs });
    const { sees } = watch(process, "p1");
    expect(await sees("v1")).toBe(true);
    await process.rename("p1", "v2");
    expect(await sees("v2")).toBe(true);
  });

  it("hears of a write that comes while it reads", async () => {
    const gate = createGate();
    let isHeld = true;
    const watcher = await setUp({
      leaseMs: endlessLeaseMs,
      beforeLoad: async () => {
        if (!isHeld) return;
        isHeld = false;
        await gate.pass();
      },
    });
    const writer = await setUp({ leaseMs: endlessLeaseMs });
    const { sees } = watch(watcher, "p1");
    await gate.reached;
    await writer.rename("p1", "v2");
    gate.open();
    expect(await sees("v2")).toBe(true);
  });

  it("has a write within a lease when Redis is away", async () => {
    const [watcher, writer] = [await setUp(), await setUp()];
    const { sees } = watch(watcher, "p1");
    expect(await sees("v1")).toBe(true);
    await redis.stop();
    await writer.rename("p1", "v2");
    expect(await sees("v2")).toBe(true);
  });

  it("fails when no read is answered for a lease", async () => {
    const proxy = await startFaultProxy({ target: postgres });
    onTestFinished(() => proxy.close());
    const { sees, over } = watch(await setUp({ postgresUrl: proxy.url }), "p1");
    expect(await sees("v1")).toBe(true);
    proxy.blackHole();
    await expect(over).rejects.toMatchObject({ code: "deadline_exceeded" });
    proxy.heal();
  });

  it("goes on when reads fail for less than a lease", async () => {
    let failures = 0;
    const watcher = await setUp({
      leaseMs: endlessLeaseMs,
      beforeLoad: () => {
        if (failures === 0) return Promise.resolve();
        failures -= 1;
        return Promise.reject(new Error("for a moment"));
      },
    });
    const writer = await setUp({ leaseMs: endlessLeaseMs });
    const { sees } = watch(watcher, "p1");
    expect(await sees("v1")).toBe(true);
    failures = 3;
    await writer.rename("p1", "v2");
    expect(await sees("v2")).toBe(true);
  });

  it("fails at once when its first read does", async () => {
    const watcher = await setUp({ beforeLoad: () => Promise.reject(new Error("no such table")) });
    await expect(watch(watcher, "p1").over).rejects.toThrow("no such table");
  });

  it("ends when its signal says so, whatever it waits for", async () => {
    const watcher = await setUp({ leaseMs: endlessLeaseMs });
    const { sees, over, stop } = watch(watcher, "p1");
    expect(await sees("v1")).toBe(true);
    stop();
    await expect(over).resolves.toBeUndefined();
  });
});
