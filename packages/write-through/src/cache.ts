import type { Kysely, Transaction } from "kysely";
import { Auditor, type AuditCounters, type CachedValue } from "./audit/auditor.ts";
import { harmless, type CacheEvent } from "./cache-event.ts";
import type { CachedTable, CachedTableOptions, CacheKey } from "./cached-table.ts";
import { InvalidKeyError, InvalidOptionsError, NotRunningError } from "./errors.ts";
import { bounded, fraction, matching } from "./options.ts";
import { createPostgresPrimary } from "./postgres/postgres-primary.ts";
import {
  createCacheNode,
  listenerOf,
  type CacheBounds,
  type CacheNode,
  type ReadCounters,
  type Row,
} from "./protocol/cache-node.ts";
import { keyOf } from "./row-key.ts";
import { readAllNear, readNear, readRows } from "./protocol/read.ts";
import { loadRow } from "./protocol/stored-text.ts";
import { watchRows } from "./protocol/watch.ts";
import { writeRows } from "./protocol/write.ts";
import type { WriteTrace } from "./protocol/write-trace.ts";
import { checkClocks, checkLease, checkPrimary, checkStore } from "./startup-checks.ts";
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
   * 60 000. The first write after a process has died, or after the trusted store was replaced or
   * lost, waits at most about this long. Equal in all processes at all times: to change it, stop all
   * of them. A start is refused while a process with another one is in the list.
   */
  readonly leaseMs?: number;
  /**
   * How long the first attempt of a write waits for processes to say that they keep its rows no more,
   * before it waits for their lease, in ms; default a tenth of `leaseMs`, 10 to `leaseMs`. Each later
   * attempt waits three times as long as the one before, at most a lease.
   */
  readonly acknowledgeTimeoutMs?: number;
  /**
   * Most memory for rows kept in this process, in bytes of their JSON and 300 a row; default 64 MiB,
   * 0 (none) to 16 GiB.
   */
  readonly nearMaxBytes?: number;
  /** Longest wait for one answer of Postgres, in ms; default 5000, 100 to 60 000. */
  readonly databaseTimeoutMs?: number;
  /** Longest a write's own statements may take in all, in ms; default 15 000, 100 to 300 000. */
  readonly workTimeoutMs?: number;
  /** How long a row stays in the store unless it is written, in ms; default 1 hour, 1 s to 7 days. */
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
  /**
   * The part of the reads served by a cache that is compared with Postgres afterwards, 0 to 1; default
   * 0, none. What differs is told as `audit_difference`. Each costs a query, or three when the row is
   * being changed; one is under way at a time and the rest are skipped, so 1 costs a connection in
   * use at all times. No reader waits for it. A row that flips between two values five times while it
   * is compared may be reported although nothing is wrong.
   */
  readonly auditFraction?: number;
  /** Told of what no caller is told; must not throw. Default: nobody. */
  readonly onEvent?: (event: CacheEvent) => void;
  /**
   * Told of each write that has ended, committed or not, before its caller is: what it waited for,
   * and how long. Must return at once, and must not throw; what it throws becomes a warning of the
   * process. Default: nobody, and then nothing is noted.
   */
  readonly onWrite?: (trace: WriteTrace) => void;
}

/** Is the cache in use in this process now? */
export type CacheStatus =
  | { readonly kind: "cached"; readonly epoch: bigint }
  /** There is no store to trust: reads go to Postgres, and writes need only its answer. */
  | { readonly kind: "bypass"; readonly epoch: bigint }
  /**
   * Not started, stopped, no primary heard for a lease, or it has just failed over: a read asks
   * Postgres whether it is the primary, and then for the row.
   */
  | { readonly kind: "uncached" };

/** What the cache has done since it was made, and what it keeps, for metrics. */
export interface CacheMetrics {
  /** Rows that were read, by where they came from; a load that callers share counts once. */
  readonly reads: Readonly<ReadCounters>;
  /** Rows in the memory of this process, and the bytes charged for them. */
  readonly near: { readonly rows: number; readonly bytes: number };
  /** Reads compared with Postgres, those that differed, and those left out as one was under way. */
  readonly audit: Readonly<AuditCounters>;
}

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
   * Reads rows, over tables: from the memory of this process if it has them all, else in one round
   * trip to the store; what that does not have is read from Postgres, one load a key under way in
   * this process at a time. Each value is one that the primary had at some moment of the call. If
   * none came from Postgres they are one snapshot. Values are shared and deeply frozen.
   *
   * @param keys 1 to 32 keys.
   * @throws DatabaseUnavailableError when Postgres had to be asked and could not be, or is a standby.
   * @throws DeadlineError when it did not answer in time.
   * @throws what `load` or the schema throws; TypeError when the row does not survive JSON.
   * @throws InvalidKeyError for more keys, or one of a table of another cache.
   */
  readMany<const Keys extends readonly CacheKey<unknown>[]>(keys: Keys): Promise<CacheValues<Keys>>;
  /**
   * Reads rows like {@link readMany}, and again each time that one of them may have changed: at once
   * when this process hears of a write, and in any case before a lease has passed since the last
   * read. So when a write has returned, `onRead` is given the new rows within a lease, and within
   * milliseconds where Redis carries messages. It may be given the same rows twice.
   *
   * It costs a timer, and two reads a lease: from the memory of this process while a store is in
   * use, else from Postgres, where watches of the same row share their reads.
   *
   * @param keys 1 to 32 keys.
   * @param onRead is given the rows, `undefined` for one that is not there.
   * @param signal ends the watch.
   * @returns when the signal is aborted.
   * @throws what {@link readMany} throws, when the first read fails, or all of them for a lease.
   * @throws DeadlineError when none was answered for a lease.
   * @throws what `onRead` throws, which ends the watch.
   * @example
   * ```ts
   * import type { CacheKey, WriteThroughCache } from "@portcullis/write-through";
   *
   * declare const cache: WriteThroughCache<unknown>;
   * declare const key: CacheKey<{ title: string }>;
   *
   * const stop = new AbortController();
   * await cache.watch([key], ([post]) => console.log(post?.title), stop.signal);
   * ```
   */
  watch<const Keys extends readonly CacheKey<unknown>[]>(
    keys: Keys,
    onRead: (rows: CacheValues<Keys>) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /**
   * Changes rows: fences them in the store, waits until no process keeps them in memory, runs `work`
   * in a READ COMMITTED transaction, commits, publishes the rows as committed, and only then returns
   * what `work` returned. No read that starts afterwards, in any process, returns an older value.
   *
   * Every cached row that `work` changes or deletes must be among `keys`. A row under a fresh
   * random id that nobody can have asked for may be inserted without the cache.
   *
   * @param keys 1 to 32 keys.
   * @param work may run up to 5 times before one commit, so it must act only through the
   *   transaction. What it throws rolls back and is thrown on; an error of a statement that it overlooks
   *   rolls back too, and ends in Kysely's `AbortedTransactionError`. It must not read through the
   *   cache.
   * @throws NotRunningError before `start()` has succeeded, and after `stop()`.
   * @throws ContentionError when five attempts lost to others; nothing was changed.
   * @throws DatabaseUnavailableError when Postgres could not be reached, or the connection ended,
   *   before the commit was sent; nothing was changed.
   * @throws DeadlineError when Postgres did not answer before the commit, or `work` took longer than
   *   `workTimeoutMs`; nothing was changed.
   * @throws OutcomeUnknownError when Postgres did not answer the commit.
   * @throws UndeclaredWriteError when `work` changed a guarded row that is not among `keys`; nothing
   *   was changed.
   * @throws InvalidKeyError for more keys, or one of a table of another cache.
   */
  write<T>(
    keys: readonly CacheKey<unknown>[],
    work: (transaction: Transaction<Database>) => Promise<T>,
  ): Promise<T>;
  /**
   * Joins the other processes; to be awaited before the first write. Until then reads go to Postgres.
   * A store that cannot be reached does not stop it. After it has failed nothing is left open, and it
   * may be called again.
   *
   * @throws NotRunningError after `stop()`: make another cache.
   * @throws InvalidOptionsError when another process in the list has another `leaseMs`; when the
   *   store serves a cache already, this one too.
   * @throws UnfitServerError when the store may evict fences, is a replica, a cluster or too old;
   *   when Postgres is a standby; when the clocks of this machine are too coarse for the lease.
   * @throws DatabaseUnavailableError when Postgres cannot be reached.
   * @throws DeadlineError when Postgres does not answer.
   * @throws what the driver throws when it is not let in, or the database has not been migrated by
   *   {@link migrateWriteThrough}.
   */
  start(): Promise<void>;
  /**
   * Refuses new writes and waits for those under way, stops using the cache, says goodbye to the
   * others and closes the store. Reads go on from Postgres, with two queries each.
   */
  stop(): Promise<void>;
  status(): CacheStatus;
  metrics(): CacheMetrics;
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
  const bounds = boundsOf(options);
  const node = createNode(options, bounds);
  let phase: "made" | "running" | "stopped" = "made";
  const writesUnderWay = new Set<Promise<unknown>>();
  const auditor = new Auditor<Row<Kysely<Database>>>({
    fraction: bounds.auditFraction,
    readCached: (row) => readCached(node, row),
    readPrimary: async (row) => (await loadRow(node, row)).value,
    entropy: node.entropy,
    emit: node.emit,
  });
  const tables = new Map<string, CachedTableOptions<Database, unknown>>();

  function rowOf({ table: name, id }: CacheKey<unknown>): Row<Kysely<Database>> {
    const table = tables.get(name);
    if (table === undefined) throw new InvalidKeyError(`No cached table is named ${name}`);
    return {
      key: keyOf(name, checkedId(name, id)),
      table: name,
      id,
      schema: table.schema,
      load: (handle) => table.load(handle, id),
    };
  }

  function rowsOf(keys: readonly CacheKey<unknown>[]): Row<Kysely<Database>>[] {
    return checkedCount(keys).map((key) => rowOf(key));
  }

  async function readBeyondMemory(keys: readonly CacheKey<unknown>[]): Promise<readonly unknown[]> {
    return await readRows(node, rowsOf(keys), (row, value) => auditor.sample(row, value, "store"));
  }

  async function readMany<const Keys extends readonly CacheKey<unknown>[]>(
    keys: Keys,
  ): Promise<CacheValues<Keys>> {
    const near = readAllNear(node, checkedCount(keys));
    if (near === undefined) return (await readBeyondMemory(keys)) as CacheValues<Keys>;
    if (auditor.isOn) {
      for (const [index, row] of rowsOf(keys).entries()) auditor.sample(row, near[index], "near");
    }
    return near as unknown as CacheValues<Keys>;
  }

  return {
    table<Value>(definition: CachedTableOptions<Database, Value>): CachedTable<Value> {
      const name = matching("name", definition.name, /^[a-z][a-z0-9_]{0,39}$/);
      if (tables.has(name)) {
        throw new InvalidOptionsError(`A cached table is named ${name} already`);
      }
      tables.set(name, definition);
      return {
        name,
        key: (id) => ({ table: name, id: checkedId(name, id) }),
        async read(id) {
          const near = readNear(node, name, id);
          if (near !== undefined) {
            if (auditor.isOn) auditor.sample(rowOf({ table: name, id }), near, "near");
            return near as Value;
          }
          const [value] = await readBeyondMemory([{ table: name, id }]);
          return value as Value | undefined;
        },
      };
    },

    readMany,

    async watch<const Keys extends readonly CacheKey<unknown>[]>(
      keys: Keys,
      onRead: (rows: CacheValues<Keys>) => void,
      signal: AbortSignal,
    ) {
      const names = rowsOf(keys).map(({ key }) => key);
      await watchRows(node, names, () => readMany(keys), onRead, signal);
    },

    async write(keys, work) {
      const distinct = new Map(rowsOf(keys).map((row) => [row.key, row]));
      // Its store is not connected, and would be taken for one that is away from everybody.
      if (phase !== "running") {
        throw new NotRunningError("Await cache.start() before the first write");
      }
      // The handle that a write runs in is a transaction.
      const writing = writeRows(node, [...distinct.values()], (handle) =>
        work(handle as Transaction<Database>),
      );
      writesUnderWay.add(writing);
      try {
        return await writing;
      } finally {
        writesUnderWay.delete(writing);
      }
    },

    async start() {
      if (phase === "stopped") throw new NotRunningError("A cache that was stopped stays so");
      checkClocks(node.clock, node.leaseMs);
      await checkPrimary(options.database, bounds.databaseTimeoutMs);
      await node.store.open(listenerOf(node));
      try {
        await checkStore(node.store);
        await node.lease.start();
        await checkLease(options.database, node.leaseMs, bounds.databaseTimeoutMs);
        phase = "running";
      } catch (error) {
        await node.lease.stop();
        await node.store.close();
        throw error;
      }
    },

    async stop() {
      phase = "stopped";
      // Each ends by its own deadlines.
      await Promise.allSettled(writesUnderWay);
      await node.lease.stop();
      await node.store.close();
      await auditor.idle();
    },

    status() {
      const epoch = node.lease.epoch();
      if (epoch === undefined) return { kind: "uncached" };
      return { kind: epoch.identity === undefined ? "bypass" : "cached", epoch: epoch.epoch };
    },

    metrics() {
      const { near, counters } = node;
      return {
        reads: { ...counters },
        near: { rows: near.size, bytes: near.bytes },
        audit: { ...auditor.counters },
      };
    },
  };
}

function checkedCount<Key>(keys: readonly Key[]): readonly Key[] {
  if (keys.length >= 1 && keys.length <= maxKeys) return keys;
  throw new InvalidKeyError(`An operation takes 1 to ${maxKeys} keys, not ${keys.length}`);
}

/** Ids become part of keys in the store, so they have no character that means something there. */
function checkedId(table: string, id: string): string {
  if (/^[\w-]{1,128}$/.test(id)) return id;
  throw new InvalidKeyError(`An id of ${table} has 1 to 128 characters of A-Z a-z 0-9 _ -`);
}

/** Reads one row through the cache, unless it has to come from Postgres. */
async function readCached<Handle>(
  node: CacheNode<Handle>,
  row: Row<Handle>,
): Promise<CachedValue | undefined> {
  const near = readNear(node, row.table, row.id);
  if (near !== undefined) return { value: near };
  let hit: CachedValue | undefined;
  await readRows(node, [row], (_row, value) => {
    hit = { value };
  });
  return hit;
}

interface Bounds extends CacheBounds {
  readonly databaseTimeoutMs: number;
  readonly workTimeoutMs: number;
  readonly auditFraction: number;
}

function boundsOf<Database>(options: WriteThroughCacheOptions<Database>): Bounds {
  const leaseMs = bounded("leaseMs", options.leaseMs ?? 5000, 1000, 60_000);
  return {
    leaseMs,
    acknowledgeTimeoutMs: bounded(
      "acknowledgeTimeoutMs",
      options.acknowledgeTimeoutMs ?? Math.ceil(leaseMs / 10),
      10,
      leaseMs,
    ),
    databaseTimeoutMs: bounded("databaseTimeoutMs", options.databaseTimeoutMs ?? 5000, 100, 60_000),
    workTimeoutMs: bounded("workTimeoutMs", options.workTimeoutMs ?? 15_000, 100, 300_000),
    valueTtlMs: bounded("valueTtlMs", options.valueTtlMs ?? 3_600_000, 1000, 604_800_000),
    absentTtlMs: bounded("absentTtlMs", options.absentTtlMs ?? 10_000, 1000, 3_600_000),
    maxValueBytes: bounded("maxValueBytes", options.maxValueBytes ?? 65_536, 256, 1_048_576),
    nearMaxBytes: bounded("nearMaxBytes", options.nearMaxBytes ?? 2 ** 26, 0, 2 ** 34),
    resolveAfterMs: bounded("resolveAfterMs", options.resolveAfterMs ?? 1000, 10, 60_000),
    auditFraction: fraction("auditFraction", options.auditFraction ?? 0),
  };
}

function createNode<Database>(
  { database, store, onEvent, onWrite }: WriteThroughCacheOptions<Database>,
  bounds: Bounds,
): CacheNode<Kysely<Database>> {
  const { leaseMs, databaseTimeoutMs, workTimeoutMs } = bounds;
  const primary = createPostgresPrimary({
    database,
    leaseMs,
    timeoutMs: databaseTimeoutMs,
    workTimeoutMs,
  });
  const emit = harmless(onEvent ?? (() => undefined));
  return createCacheNode(
    {
      primary,
      store,
      clock: systemClock,
      entropy: systemEntropy,
      emit,
      onWrite: onWrite && harmless(onWrite),
    },
    bounds,
  );
}
