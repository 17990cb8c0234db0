import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import {
  createTestDatabase,
  startRedis,
  type RedisServer,
  type TestDatabase,
} from "@portcullis/test-servers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createGate } from "./gate.ts";
import {
  openNaive,
  openWriteThrough,
  prepareDatabase,
  type OpenRowCache,
  type Post,
  type RowCache,
} from "./row-cache.ts";

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

/** A story that ends with a read that starts after every write has returned or its writer died. */
type Story = (open: OpenRowCache) => Promise<Post | undefined>;

const urls = (): { postgres: string; redis: string } => ({
  postgres: postgres.url,
  redis: redis.url,
});

async function withCaches<T>(caches: RowCache[], story: () => Promise<T>): Promise<T> {
  try {
    return await story();
  } finally {
    for (const cache of caches) await cache.close();
  }
}

/** Both commit, in one order, and reach the cache in the other. */
const twoWriters: Story = async (open) => {
  const gate = createGate();
  const slow = await open(urls(), { beforePublish: gate.pass });
  const quick = await open(urls());
  return await withCaches([slow, quick], async () => {
    const first = slow.write("p1", "v2");
    await gate.reached;
    await quick.write("p1", "v3");
    gate.open();
    await first;
    return await quick.read("p1");
  });
};

/** A reader misses and reads the old row; a write comes and goes before the reader fills. */
const slowFiller: Story = async (open) => {
  const gate = createGate();
  const slow = await open(urls(), { beforeFill: gate.pass });
  const writer = await open(urls());
  return await withCaches([slow, writer], async () => {
    const reading = slow.read("p2");
    await gate.reached;
    await writer.write("p2", "v3");
    gate.open();
    await reading;
    return await writer.read("p2");
  });
};

/** The row is cached; a writer commits and is killed before it tells the cache. */
const crashBeforePublish =
  (kind: "naive" | "write-through"): Story =>
  async (open) => {
    const reader = await open(urls());
    return await withCaches([reader], async () => {
      await reader.read("p3");
      const child = spawn(
        process.execPath,
        [
          "--conditions=@portcullis/source",
          join(import.meta.dirname, "crash-writer.ts"),
          kind,
          postgres.url,
          redis.url,
          "p3",
          "v3",
        ],
        { stdio: ["ignore", "pipe", "inherit"] },
      );
      const [line] = (await once(createInterface(child.stdout), "line")) as [string];
      expect(line).toBe("committed");
      child.kill("SIGKILL");
      await once(child, "exit");
      return await reader.read("p3");
    });
  };

const stories: readonly [string, (kind: "naive" | "write-through") => Story][] = [
  ["two writers reach the cache in the other order", () => twoWriters],
  ["a slow reader fills after a write", () => slowFiller],
  ["a writer is killed between its commit and the cache", crashBeforePublish],
];

describe.each(stories)("CA-06: %s", (_name, story) => {
  it("write-through: the next read returns the committed row", async () => {
    expect(await story("write-through")(openWriteThrough)).toMatchObject({ title: "v3" });
  });

  it("the naive cache, as the counter-example, returns an old row", async () => {
    const post = await story("naive")(openNaive);
    expect(post?.title).not.toBe("v3");
  });
});
