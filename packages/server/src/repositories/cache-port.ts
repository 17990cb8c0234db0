import { WriteThroughError, type WriteThroughCache } from "@portcullis/write-through";
import { PortcullisError } from "../errors.ts";
import { judgeFault, nameFault } from "./database-fault.ts";
import type { AuthTables } from "./tables.ts";

/** The way to the cached rows: the application's cache, with an unreachable Postgres named. */
export type CachePort = Pick<WriteThroughCache<AuthTables>, "readMany" | "write" | "watch">;

export function createCachePort(cache: WriteThroughCache<AuthTables>): CachePort {
  return {
    readMany: (keys) => named(cache.readMany(keys)),
    write: (keys, work) => named(cache.write(keys, work)),
    async watch(keys, onRead, signal) {
      try {
        await cache.watch(keys, onRead, signal);
      } catch (error) {
        const isUnreadable = error instanceof WriteThroughError || judgeFault(error) !== undefined;
        throw isUnreadable
          ? new PortcullisError("revocation_unavailable", { cause: error })
          : error;
      }
    },
  };
}

async function named<Value>(work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    // The cache names a commit without an answer itself; what else it lets through came before one.
    throw error instanceof WriteThroughError ? error : nameFault(error, "before_commit");
  }
}
