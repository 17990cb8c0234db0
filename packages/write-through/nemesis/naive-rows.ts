import { createClient, type RedisClientType } from "@redis/client";
import { withDeadline } from "../src/deadline.ts";
import {
  itemSchema,
  loadItem,
  openDatabase,
  raiseVersions,
  redisTimeoutMs,
  type ItemRow,
  type VersionedRows,
} from "./versioned-rows.ts";

/**
 * The counter-example: update the row, then SET it in Redis; on a miss, read the row, then SET it.
 * It survives a Redis that is away, as such caches do: reads go to Postgres, writes go on.
 */
export async function openNaiveRows(urls: {
  readonly postgres: string;
  readonly redis: string;
}): Promise<VersionedRows> {
  const database = openDatabase(urls.postgres);
  const redis = createClient({
    url: urls.redis,
    disableOfflineQueue: true,
    socket: { connectTimeout: redisTimeoutMs, reconnectStrategy: () => 100 },
  }) as RedisClientType;
  redis.on("error", () => undefined);
  await redis.connect();

  const bounded = <T>(answer: Promise<T>): Promise<T | null> =>
    withDeadline(answer, redisTimeoutMs, () => new Error("Redis did not answer")).catch(() => null);
  const store = async (item: ItemRow): Promise<void> => {
    await bounded(redis.set(`item:${item.id}`, JSON.stringify(item)));
  };

  async function readOne(id: string): Promise<[string, number]> {
    const cached = await bounded(redis.get(`item:${id}`));
    if (cached !== null) return [id, itemSchema.parse(JSON.parse(cached)).version];
    const item = await loadItem(database, id);
    if (item !== undefined) await store(item);
    return [id, item?.version ?? 0];
  }

  return {
    async read(ids) {
      return Object.fromEntries(await Promise.all(ids.map(readOne)));
    },
    async write(ids, prepared) {
      const versions = await database.transaction().execute(async (transaction) => {
        const raised = await raiseVersions(transaction, ids);
        await prepared(raised);
        return raised;
      });
      for (const [id, version] of Object.entries(versions)) await store({ id, version });
    },
    // A failed transaction does not say whether it failed at its commit.
    isUnknown: () => true,
    postgresReads: () => undefined,
    async close() {
      redis.destroy();
      await database.destroy();
    },
  };
}
