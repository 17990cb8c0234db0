import type { Kysely } from "kysely";

/** Turns an unknown value into a checked one, or throws. A zod schema fits as it is. */
export interface ValueSchema<Value> {
  parse(input: unknown): Value;
}

/** What the cache has to know of a table to keep its rows. */
export interface CachedTableOptions<Database, Value> {
  /** Name of the table in cache keys: 1 to 40 characters of `a-z 0-9 _`, the first a letter. */
  readonly name: string;
  /**
   * Shape of the cached value. It must survive JSON: numbers, strings, booleans, null, arrays and
   * plain objects. Every value passes it on its way out of Postgres and out of the store, so what
   * another program left in Redis is never returned.
   */
  readonly schema: ValueSchema<Value>;
  /**
   * Reads one row by id with ONE statement, from the handle it is given. `undefined` says that there
   * is no row; that too is cached.
   */
  readonly load: (database: Kysely<Database>, id: string) => Promise<Value | undefined>;
}

/** One row of a cached table. Made by {@link CachedTable.key}. */
export interface CacheKey<Value> {
  readonly table: string;
  readonly id: string;
  /** Carries the value's type; never present at run time. */
  readonly "~value"?: Value;
}

/** A table whose rows are read through the cache. */
export interface CachedTable<Value> {
  readonly name: string;
  /**
   * Names a row.
   *
   * @param id 1 to 128 characters of `A-Z a-z 0-9 _ -`: UUIDs and base64url fit.
   * @throws InvalidKeyError when the id has another form; nothing was sent anywhere.
   */
  key(id: string): CacheKey<Value>;
  /** Reads one row: {@link WriteThroughCache.readMany} of a single key. */
  read(id: string): Promise<Value | undefined>;
}
