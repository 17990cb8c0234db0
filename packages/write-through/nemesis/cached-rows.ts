import {
  createRedisStore,
  createWriteThroughCache,
  OutcomeUnknownError,
  type CacheEvent,
} from "../src/index.ts";
import {
  databaseTimeoutMs,
  itemSchema,
  loadItem,
  openDatabase,
  raiseVersions,
  redisTimeoutMs,
  type VersionedRows,
} from "./versioned-rows.ts";

const leaseMs = 1000;

const startRetryMs = 500;
const startAttempts = 120;

/** The cache of this package. Waits for a Postgres that is away at the start. */
export async function openCachedRows(
  urls: { readonly postgres: string; readonly redis: string },
  onEvent: (event: CacheEvent) => void,
): Promise<VersionedRows> {
  const database = openDatabase(urls.postgres);
  const cache = createWriteThroughCache({
    database,
    store: createRedisStore({ url: urls.redis, timeoutMs: redisTimeoutMs }),
    leaseMs,
    databaseTimeoutMs,
    workTimeoutMs: 3 * databaseTimeoutMs,
    resolveAfterMs: 200,
    // The least, so that rows are often missed and filled.
    valueTtlMs: 1000,
    onEvent,
  });
  const items = cache.table({ name: "item", schema: itemSchema, load: loadItem });
  await persistently(() => cache.start());

  return {
    async read(ids) {
      const rows = await cache.readMany(ids.map((id) => items.key(id)));
      return Object.fromEntries(ids.map((id, index) => [id, rows[index]?.version ?? 0]));
    },
    async write(ids, prepared) {
      const keys = ids.map((id) => items.key(id));
      await cache.write(keys, async (transaction) => {
        await prepared(await raiseVersions(transaction, ids));
      });
    },
    isUnknown: (error) => error instanceof OutcomeUnknownError,
    postgresReads: () => cache.metrics().reads.postgres,
    async close() {
      await cache.stop();
      await database.destroy();
    },
  };
}

async function persistently(start: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await start();
      return;
    } catch (error) {
      if (attempt >= startAttempts) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, startRetryMs));
  }
}
