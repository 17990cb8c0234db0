import { setTimeout as sleep } from "node:timers/promises";
import type { Kysely } from "kysely";
import { onTestFinished } from "vitest";
import {
  createRedisStore,
  createWriteThroughCache,
  type CachedTable,
  type CacheEvent,
  type CacheStore,
  type WriteThroughCache,
  type WriteTrace,
} from "../src/index.ts";
import { loadPost, openDatabase, postSchema, type Post, type TestTables } from "./row-cache.ts";

/** One process of a service, from the cache's point of view. */
export interface CacheProcess {
  readonly cache: WriteThroughCache<TestTables>;
  readonly database: Kysely<TestTables>;
  readonly posts: CachedTable<Post>;
  readonly events: CacheEvent[];
  /** The ids that were read from Postgres, in order. */
  readonly loads: string[];
  rename(id: string, title: string): Promise<void>;
  /** Waits for an event of this kind; the test's own deadline bounds it. */
  eventually(kind: CacheEvent["kind"]): Promise<void>;
}

export interface CacheProcessOptions {
  readonly postgresUrl: string;
  readonly redisUrl: string;
  readonly store?: CacheStore;
  readonly leaseMs?: number;
  readonly databaseTimeoutMs?: number;
  readonly maxValueBytes?: number;
  readonly nearMaxBytes?: number;
  readonly auditFraction?: number;
  readonly beforeLoad?: () => Promise<void>;
  readonly onWrite?: (trace: WriteTrace) => void;
}

/** Started, and stopped when the test is over. */
export async function startCacheProcess(options: CacheProcessOptions): Promise<CacheProcess> {
  const process = openCacheProcess(options);
  await process.cache.start();
  return process;
}

/** Not started yet. */
export function openCacheProcess(options: CacheProcessOptions): CacheProcess {
  const database = openDatabase(options.postgresUrl);
  const events: CacheEvent[] = [];
  const loads: string[] = [];
  const cache = createWriteThroughCache({
    database,
    store: options.store ?? createRedisStore({ url: options.redisUrl, timeoutMs: 300 }),
    leaseMs: options.leaseMs ?? 1000,
    databaseTimeoutMs: options.databaseTimeoutMs ?? 5000,
    maxValueBytes: options.maxValueBytes ?? 65_536,
    nearMaxBytes: options.nearMaxBytes ?? 1_000_000,
    auditFraction: options.auditFraction ?? 0,
    resolveAfterMs: 10,
    onEvent: (event) => events.push(event),
    ...(options.onWrite !== undefined && { onWrite: options.onWrite }),
  });
  const posts = cache.table({
    name: "post",
    schema: postSchema,
    load: async (handle, id) => {
      loads.push(id);
      await options.beforeLoad?.();
      return await loadPost(handle, id);
    },
  });
  onTestFinished(async () => {
    await cache.stop();
    await database.destroy();
  });
  return {
    cache,
    database,
    posts,
    events,
    loads,
    async rename(id, title) {
      await cache.write([posts.key(id)], async (transaction) => {
        await transaction.updateTable("post").set({ title }).where("id", "=", id).execute();
      });
    },
    async eventually(kind) {
      while (!events.some((event) => event.kind === kind)) await sleep(5);
    },
  };
}
