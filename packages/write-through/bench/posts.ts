import { randomInt, randomUUID } from "node:crypto";
import { openPool } from "@portcullis/test-servers";
import { Kysely, PostgresDialect, type Logger } from "kysely";
import {
  createRedisStore,
  createWriteThroughCache,
  migrateWriteThrough,
  type CachedTable,
  type CacheEvent,
  type CacheStore,
  type WriteThroughCache,
} from "../src/index.ts";

export interface Post {
  readonly id: string;
  readonly title: string;
  readonly body: string;
  readonly likes: number;
}

export interface BenchTables {
  post: Post;
}

/** Where one cache of a benchmark has its servers. */
export interface PostServers {
  readonly postgresUrl: string;
  readonly redisUrl: string;
  /** Apart from the caches of other databases in the same Redis. */
  readonly keyPrefix: string;
}

/** A row is about 320 bytes as JSON. */
const bodyLength = 200;
const databaseTimeoutMs = 5000;
export const redisTimeoutMs = 1000;
/** The most that one call takes. */
const keysARead = 32;
const rowsAnInsert = 1000;
export const tableName = "post";

export function openDatabase(url: string, log?: Logger): Kysely<BenchTables> {
  const pool = openPool(url, {
    max: 8,
    connectionTimeoutMillis: databaseTimeoutMs,
    query_timeout: 2 * databaseTimeoutMs,
  });
  return new Kysely<BenchTables>({ dialect: new PostgresDialect({ pool }), ...(log && { log }) });
}

/** Makes the tables and so many posts, and says their ids. */
export async function preparePosts(url: string, count: number): Promise<string[]> {
  const database = openDatabase(url);
  await migrateWriteThrough(database);
  await database.schema
    .createTable(tableName)
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("title", "text", (column) => column.notNull())
    .addColumn("body", "text", (column) => column.notNull())
    .addColumn("likes", "integer", (column) => column.notNull())
    .execute();
  const posts = Array.from({ length: count }, () => makePost(randomUUID()));
  for (let from = 0; from < count; from += rowsAnInsert) {
    await database
      .insertInto(tableName)
      .values(posts.slice(from, from + rowsAnInsert))
      .execute();
  }
  await database.destroy();
  return posts.map(({ id }) => id);
}

export function makePost(id: string): Post {
  const body = `${id} `.repeat(bodyLength).slice(0, bodyLength);
  return { id, title: `About ${id}`, body, likes: randomInt(1000) };
}

export const postSchema = {
  parse(input: unknown): Post {
    if (typeof input !== "object" || input === null) throw new Error("not a post");
    if (!("id" in input) || typeof input.id !== "string") throw new Error("not a post");
    if (!("title" in input) || typeof input.title !== "string") throw new Error("not a post");
    if (!("body" in input) || typeof input.body !== "string") throw new Error("not a post");
    if (!("likes" in input) || typeof input.likes !== "number") throw new Error("not a post");
    return { id: input.id, title: input.title, body: input.body, likes: input.likes };
  },
};

/** A cache of posts in this process, ready. */
export interface CachedPosts extends AsyncDisposable {
  readonly cache: WriteThroughCache<BenchTables>;
  readonly posts: CachedTable<Post>;
  readonly database: Kysely<BenchTables>;
  /** What went wrong and was mended: then something else than the usual was measured. */
  readonly troubles: readonly string[];
  /** Reads every row once, and says what the cache has for each. */
  readAll(ids: readonly string[]): Promise<Post[]>;
}

interface CachedPostsOptions {
  readonly servers: PostServers;
  readonly nearMaxBytes?: number;
  readonly load?: (handle: Kysely<BenchTables>, id: string) => Promise<Post | undefined>;
  readonly observe?: (store: CacheStore) => CacheStore;
  readonly log?: Logger;
}

export async function openPosts({
  servers: { postgresUrl, redisUrl, keyPrefix },
  nearMaxBytes,
  load = loadPost,
  observe = (store) => store,
  log,
}: CachedPostsOptions): Promise<CachedPosts> {
  const database = openDatabase(postgresUrl, log);
  const troubles: string[] = [];
  const store = createRedisStore({ url: redisUrl, keyPrefix, timeoutMs: redisTimeoutMs });
  const cache = createWriteThroughCache({
    database,
    store: observe(store),
    databaseTimeoutMs,
    ...(nearMaxBytes !== undefined && { nearMaxBytes }),
    onEvent: (event) => {
      if (isTrouble(event)) troubles.push(event.kind);
    },
  });
  const posts = cache.table({ name: tableName, schema: postSchema, load });
  await cache.start();
  return {
    cache,
    posts,
    database,
    troubles,
    async readAll(ids) {
      const values: (Post | undefined)[] = [];
      for (let from = 0; from < ids.length; from += keysARead) {
        const keys = ids.slice(from, from + keysARead).map((id) => posts.key(id));
        values.push(...(await cache.readMany(keys)));
      }
      return values.filter((value) => value !== undefined);
    },
    async [Symbol.asyncDispose]() {
      await cache.stop();
      await database.destroy();
    },
  };
}

export async function loadPost(handle: Kysely<BenchTables>, id: string): Promise<Post | undefined> {
  return await handle.selectFrom(tableName).selectAll().where("id", "=", id).executeTakeFirst();
}

/** The first cache of a database adopts its store; that belongs to a start. */
function isTrouble({ kind }: CacheEvent): boolean {
  return kind !== "adopted" && kind !== "joined";
}

export function shuffled<T>(items: readonly T[]): T[] {
  const places = items.map((item) => ({ item, at: randomInt(2 ** 32) }));
  return places.toSorted((one, other) => one.at - other.at).map(({ item }) => item);
}
