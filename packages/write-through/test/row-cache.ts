import { openPool } from "@portcullis/test-servers";
import { createClient, type RedisClientType } from "@redis/client";
import { Kysely, PostgresDialect } from "kysely";
import {
  createRedisStore,
  createWriteThroughCache,
  migrateWriteThrough,
  type CacheStore,
} from "../src/index.ts";

export interface Post {
  readonly id: string;
  readonly title: string;
}

export interface TestTables {
  post: { id: string; title: string };
}

/** Where a cache is made to wait, so that a test chooses who comes first. */
export interface HoldUps {
  /** After the commit, before the cache is told. */
  readonly beforePublish?: () => Promise<void>;
  /** After a miss was read from Postgres, before the cache is told. */
  readonly beforeFill?: () => Promise<void>;
}

/** One process' way to read and write posts, whatever stands behind it. */
export interface RowCache {
  read(id: string): Promise<Post | undefined>;
  write(id: string, title: string): Promise<void>;
  close(): Promise<void>;
}

export type OpenRowCache = (
  urls: { readonly postgres: string; readonly redis: string },
  holdUps?: HoldUps,
) => Promise<RowCache>;

export function openDatabase(url: string): Kysely<TestTables> {
  const pool = openPool(url, { max: 4, connectionTimeoutMillis: 5000 });
  return new Kysely<TestTables>({ dialect: new PostgresDialect({ pool }) });
}

/** Prepares a template database for the tests of this package. */
export async function prepareDatabase(url: string): Promise<void> {
  const database = openDatabase(url);
  await migratePosts(database);
  await database.destroy();
}

export async function migratePosts(database: Kysely<TestTables>): Promise<void> {
  await migrateWriteThrough(database);
  await database.schema
    .createTable("post")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("title", "text", (column) => column.notNull())
    .execute();
  await database
    .insertInto("post")
    .values(["p1", "p2", "p3"].map((id) => ({ id, title: "v1" })))
    .execute();
}

export const postSchema = {
  parse(input: unknown): Post {
    if (typeof input !== "object" || input === null) throw new Error("not a post");
    if (!("id" in input) || typeof input.id !== "string") throw new Error("not a post");
    if (!("title" in input) || typeof input.title !== "string") throw new Error("not a post");
    return { id: input.id, title: input.title };
  },
};

export async function loadPost(handle: Kysely<TestTables>, id: string): Promise<Post | undefined> {
  return await handle.selectFrom("post").selectAll().where("id", "=", id).executeTakeFirst();
}

/** The cache of this package, over the real store, held up where a test says. */
export const openWriteThrough: OpenRowCache = async (urls, holdUps = {}) => {
  const database = openDatabase(urls.postgres);
  const store = heldUp(createRedisStore({ url: urls.redis }), holdUps);
  const cache = createWriteThroughCache({
    database,
    store,
    leaseMs: 1000,
    resolveAfterMs: 10,
  });
  const posts = cache.table({ name: "post", schema: postSchema, load: loadPost });
  await cache.start();
  return {
    read: (id) => posts.read(id),
    async write(id, title) {
      await cache.write([posts.key(id)], async (transaction) => {
        await transaction.updateTable("post").set({ title }).where("id", "=", id).execute();
      });
    },
    async close() {
      await cache.stop();
      await database.destroy();
    },
  };
};

function heldUp(store: CacheStore, { beforePublish, beforeFill }: HoldUps): CacheStore {
  return {
    ...store,
    async fill(...args) {
      await beforeFill?.();
      return await store.fill(...args);
    },
    async publish(...args) {
      await beforePublish?.();
      return await store.publish(...args);
    },
  };
}

/**
 * The counter-example: update the row, then SET it in Redis; on a miss, read the row, then SET it.
 * This is what is usually called a write-through cache.
 */
export const openNaive: OpenRowCache = async (urls, { beforePublish, beforeFill } = {}) => {
  const database = openDatabase(urls.postgres);
  const redis = createClient({ url: urls.redis }) as RedisClientType;
  await redis.connect();
  return {
    async read(id) {
      const cached = await redis.get(`naive:${id}`);
      if (cached !== null) return postSchema.parse(JSON.parse(cached));
      const post = await loadPost(database, id);
      await beforeFill?.();
      if (post !== undefined) await redis.set(`naive:${id}`, JSON.stringify(post));
      return post;
    },
    async write(id, title) {
      await database.updateTable("post").set({ title }).where("id", "=", id).execute();
      await beforePublish?.();
      await redis.set(`naive:${id}`, JSON.stringify({ id, title }));
    },
    async close() {
      redis.destroy();
      await database.destroy();
    },
  };
};
