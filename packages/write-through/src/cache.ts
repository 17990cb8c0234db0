import type { Kysely, Transaction } from "kysely";
import type { CacheEvent } from "./cache-event.ts";
import type { CachedTable, CachedTableOptions, CacheKey } from "./cached-table.ts";
import { InvalidKeyError, InvalidOptionsError } from "./errors.ts";
import { bounded, matching } from "./options.ts";
import { createPostgresPrimary } from "./postgres/postgres-primary.ts";
import { AuthorityLease } from "./protocol/authority-lease.ts";
import type { CacheNode, Row } from "./protocol/cache-node.ts";
import { Flights } from "./protocol/flights.ts";
import { readRows } from "./protocol/read.ts";
import { writeRows } from "./protocol/write.ts";
import type { CacheStore } from "./store.ts";
import { systemClock, systemEntropy } from "./system.ts";

/** What a cache needs, and its bounds. */
export interface WriteThroughCacheOptions<Database> {
  /**
   * The primary. Give its pool a `connectionTimeoutMillis` and a `query_timeout` above
   * `databaseTimeoutMs`, so that a connection to a silent server is given up, and each of its
   * clients an `error` listener: without one, pg ends the process when a connection breaks.
   */
  readonly database: Kysely<Database>;
  /** Where rows are cached: {@link createRedisStore} or {@link createMemoryStore}. */
  readonly store: CacheStore;
  /**
   * How long a process may use the cache without word from Postgres, in ms; default 5000, 1000 to
   * 60 000. The first write after the trusted store was replaced waits at most this long. Equal in
   * all processes at all times: to change it, stop all of them.
   */
  readonly leaseMs?: number;
  /** Longest wait for one answer of Postgres, in ms; default 5000, 100 to 60 000. */
  readonly databaseTimeoutMs?: number;
  /** Longest a write's own statements may take in all, in ms; default 15 000, 100 to 300 000. */
  readonly workTimeoutMs?: number;
  /** How long a row stays in the store unread and unwritten, in ms; default 1 hour, 1 s to 7 days. */
  readonly valueTtlMs?: number;
  /**
   * The same for the absence of a row, in ms; default 10 000, 1000 to 3 600 000. Short, because
   * whoever may ask for made-up ids chooses how many absences are kept.
   */
  readonly absentTtlMs?: number;
  /** Largest cached row as JSON, in bytes; default 65 536, 256 to 1 048 576. Larger are not cached. */
  readonly maxValueBytes?: number;
  /** Age in ms at which a fence is suspected to be of a dead writer; default 1000, 10 to 60 000. */
  readonly resolveAfterMs?: number;
  /** Told of what no caller is told; must not throw. Default: nobody. */
  readonly onEvent?: (event: CacheEvent) => void;
}

/** Is the cache in use in this process now? */
export type CacheStatus =
  | { readonly kind: "cached"; readonly epoch: bigint }
  /** Reads go to Postgres and writes are refused until a store can be trusted. */
  | { readonly kind: "uncached" };

/** The values of a tuple of keys, `undefined` for a row that is not there. */
export type CacheValues<Keys extends readonly CacheKey<unknown>[]> = {
  [Index in keyof Keys]: Keys[Index] extends CacheKey<infer Value> ? Value | undefined : never;
};

/** A write-through cache of rows in Postgres. */
export interface WriteThroughCache<Database> {
  /**
   * Declares a table whose rows are cached; once for each name, before the first read.
   *
   * @throws InvalidOptionsError when the name has another form or is taken.
   */
  table<Value>(options: CachedTableOptions<Database, Value>): CachedTable<Value>;
  /**
   * Reads rows, over tables, in one round trip to the store; what it does not have is read from
   * Postgres, one load a key under way in this process at a time. Each value is one that the
   * primary had at some moment of the call. If all came from the store they are one snapshot.
   *
   * @param keys 1 to 32 keys.
   * @throws DeadlineError when Postgres had to be asked and did not answer in time.
   * @throws InvalidKeyError for more keys, or one of a table of another cache.
   */
  readMany<const Keys extends readonly CacheKey<unknown>[]>(keys: Keys): Promise<CacheValues<Keys>>;
  /**
   * Changes rows: fences them in the store, runs `work` in a READ COMMITTED transaction, commits,
   * publishes the rows as committed, and only then returns what `work` returned. No read that
   * starts afterwards, in any process, returns an older value.
   *
   * Every cached row that `work` changes or deletes must be among `keys`. A row under a fresh
   * random id that nobody can have asked for may be inserted without the cache.
   *
   * @param keys 1 to 32 keys.
   * @param work may run up to 3 times before one commit, so it must act only through the
   *   transaction. What it throws rolls back and is thrown on. It must not read through the cache.
   * @throws CacheUnavailableError when the keys could not be fenced; nothing was changed.
   * @throws ContentionError when three attempts lost to others; nothing was changed.
   * @throws DeadlineError when Postgres did not answer before the commit; nothing was changed.
   * @throws OutcomeUnknownError when Postgres did not answer the commit.
   * @throws InvalidKeyError for more keys, or one of a table of another cache.
   */
  write<T>(
    keys: readonly CacheKey<unknown>[],
    work: (transaction: Transaction<Database>) => Promise<T>,
  ): Promise<T>;
  /**
   * Joins the other processes; to be awaited before the first read. A store that cannot be reached
   * does not stop it. After it has failed it may be called again.
   *
   * @throws when Postgres cannot be asked, or has not been migrated by {@link migrateWriteThrough}.
   */
  start(): Promise<void>;
  /** Stops using the cache and closes the store; reads go on from Postgres. */
  stop(): Promise<void>;
  status(): CacheStatus;
}

const maxKeys = 32;

/**
 * Makes a cache whose reads are linearizable: a read returns what a read of the Postgres primary at
 * some moment within it would have returned, and once a write has returned, no later read returns
 * an older value. Postgres is the authority; losing the store loses nothing.
 *
 * @throws InvalidOptionsError when an option is out of its bounds.
 * @example
 * ```ts
 * import { createMemoryStore, createWriteThroughCache } from "@portcullis/write-through";
 * import type { Kysely } from "kysely";
 * import { z } from "zod";
 *
 * interface Database {
 *   post: { id: string; title: string };
 * }
 * declare const database: Kysely<Database>;
 *
 * const cache = createWriteThroughCache({ database, store: createMemoryStore() });
 * const posts = cache.table({
 *   name: "post",
 *   schema: z.strictObject({ id: z.string(), title: z.string() }),
 *   load: (handle, id) =>
 *     handle.selectFrom("post").selectAll().where("id", "=", id).executeTakeFirst(),
 * });
 * await cache.start();
 *
 * await cache.write([posts.key("a1")], async (transaction) => {
 *   await transaction.updateTable("post").set({ title: "New" }).where("id", "=", "a1").execute();
 * });
 * const post = await posts.read("a1"); // { id: "a1", title: "New" }, in every process
 * ```
 */
export function createWriteThroughCache<Database>(
  options: WriteThroughCacheOptions<Database>,
): WriteThroughCache<Database> {
  const node = createNode(options);
  const tables = new Map<string, CachedTableOptions<Database, unknown>>();

  function rowOf({ table: name, id }: CacheKey<unknown>): Row<Kysely<Database>> {
    const table = tables.get(name);
    if (table === undefined) throw new InvalidKeyError(`No cached table is named ${name}`);
    return {
      key: `${name}:${checkedId(name, id)}`,
      table: name,
      id,
      schema: table.schema,
      load: (handle) => table.load(handle, id),
    };
  }

  function rowsOf(keys: readonly CacheKey<unknown>[]): Row<Kysely<Database>>[] {
    if (keys.length >= 1 && keys.length <= maxKeys) return keys.map((key) => rowOf(key));
    throw new InvalidKeyError(`An operation takes 1 to ${maxKeys} keys, not ${keys.length}`);
  }

  async function readMany<const Keys extends readonly CacheKey<unknown>[]>(
    keys: Keys,
  ): Promise<CacheValues<Keys>> {
    return (await readRows(node, rowsOf(keys))) as CacheValues<Keys>;
  }

  return {
    table<Value>(definition: CachedTableOptions<Database, Value>): CachedTable<Value> {
      const name = matching("name", definition.name, /^[a-z][a-z0-9_]{0,39}$/);
      if (tables.has(name)) {
        throw new InvalidOptionsError(`A cached table is named ${name} already`);
      }
      tables.set(name, definition);
      const key = (id: string): CacheKey<Value> => ({ table: name, id: checkedId(name, id) });
      const read = async (id: string): Promise<Value | undefined> => {
        const [value] = await readMany([key(id)]);
        return value;
      };
      return { name, key, read };
    },

    readMany,

    async write(keys, work) {
      const distinct = new Map(rowsOf(keys).map((row) => [row.key, row]));
      // The handle that a write runs in is a transaction.
      return await writeRows(node, [...distinct.values()], (handle) =>
        work(handle as Transaction<Database>),
      );
    },

    async start() {
      await node.store.open();
      try {
        await node.lease.start();
      } catch (error) {
        await node.store.close();
        throw error;
      }
    },

    async stop() {
      await node.lease.stop();
      await node.store.close();
    },

    status() {
      const trust = node.lease.trust();
      return trust ? { kind: "cached", epoch: trust.epoch } : { kind: "uncached" };
    },
  };
}

/** Ids become part of keys in the store, so they have no character that means something there. */
function checkedId(table: string, id: string): string {
  if (/^[\w-]{1,128}$/.test(id)) return id;
  throw new InvalidKeyError(`An id of ${table} has 1 to 128 characters of A-Z a-z 0-9 _ -`);
}

function createNode<Database>(
  options: WriteThroughCacheOptions<Database>,
): CacheNode<Kysely<Database>> {
  const { database, store } = options;
  const emit = options.onEvent ?? (() => undefined);
  const leaseMs = bounded("leaseMs", options.leaseMs ?? 5000, 1000, 60_000);
  const primary = createPostgresPrimary({
    database,
    leaseMs,
    timeoutMs: bounded("databaseTimeoutMs", options.databaseTimeoutMs ?? 5000, 100, 60_000),
    workTimeoutMs: bounded("workTimeoutMs", options.workTimeoutMs ?? 15_000, 100, 300_000),
  });
  const system = { clock: systemClock, entropy: systemEntropy };
  return {
    primary,
    store,
    entropy: systemEntropy,
    lease: new AuthorityLease({ primary, store, leaseMs, emit, ...system }),
    flights: new Flights(),
    resolving: new Set(),
    valueTtlMs: bounded("valueTtlMs", options.valueTtlMs ?? 3_600_000, 1000, 604_800_000),
    absentTtlMs: bounded("absentTtlMs", options.absentTtlMs ?? 10_000, 1000, 3_600_000),
    maxValueBytes: bounded("maxValueBytes", options.maxValueBytes ?? 65_536, 256, 1_048_576),
    resolveAfterMs: bounded("resolveAfterMs", options.resolveAfterMs ?? 1000, 10, 60_000),
    emit,
  };
}
