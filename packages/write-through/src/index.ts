export {
  createWriteThroughCache,
  type CacheMetrics,
  type CacheStatus,
  type CacheValues,
  type WriteThroughCache,
  type WriteThroughCacheOptions,
} from "./cache.ts";
export type { CacheEvent, StoreOperation } from "./cache-event.ts";
export type { CachedTable, CachedTableOptions, CacheKey, ValueSchema } from "./cached-table.ts";
export {
  ContentionError,
  DatabaseUnavailableError,
  DeadlineError,
  InvalidKeyError,
  InvalidOptionsError,
  NotRunningError,
  OutcomeUnknownError,
  UndeclaredWriteError,
  UnfitServerError,
  WriteThroughError,
  type WriteThroughErrorCode,
} from "./errors.ts";
export { createMemoryStore, type MemoryStoreOptions } from "./memory/memory-store.ts";
export { guardCachedTable, unguardCachedTable, type GuardOptions } from "./postgres/guard.ts";
export { migrateWriteThrough } from "./postgres/migrations.ts";
export type { WriteStep, WriteStepName, WriteTrace } from "./protocol/write-trace.ts";
export { createRedisStore, type RedisStoreOptions } from "./redis/redis-store.ts";
export type { CacheStore } from "./store.ts";
