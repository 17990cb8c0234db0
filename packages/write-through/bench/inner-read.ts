import type { Kysely } from "kysely";
import { createRedisStore } from "../src/index.ts";
import { createPostgresPrimary } from "../src/postgres/postgres-primary.ts";
import {
  createCacheNode,
  listenerOf,
  type CacheBounds,
  type Row,
} from "../src/protocol/cache-node.ts";
import { readNear, readRows } from "../src/protocol/read.ts";
import { systemClock, systemEntropy } from "../src/system.ts";
import {
  loadPost,
  openDatabase,
  postSchema,
  tableName,
  type BenchTables,
  type Post,
  type PostServers,
} from "./posts.ts";

/** The part of a read from memory that needs no promise, which the public API does not show. */
export interface InnerRead extends AsyncDisposable {
  read(id: string): Post | undefined;
}

const bounds: CacheBounds = {
  leaseMs: 5000,
  acknowledgeTimeoutMs: 500,
  valueTtlMs: 3_600_000,
  absentTtlMs: 10_000,
  maxValueBytes: 65_536,
  nearMaxBytes: 2 ** 26,
  resolveAfterMs: 1000,
};
const timeoutMs = 5000;
const rowsARead = 32;

/** A node of its own with all these rows in memory. */
export async function openInnerRead(
  { postgresUrl, redisUrl, keyPrefix }: PostServers,
  ids: readonly string[],
): Promise<InnerRead> {
  const { leaseMs } = bounds;
  const database = openDatabase(postgresUrl);
  const primary = createPostgresPrimary({ database, leaseMs, timeoutMs, workTimeoutMs: timeoutMs });
  const store = createRedisStore({ url: redisUrl, keyPrefix });
  const emit = (): void => undefined;
  const node = createCacheNode(
    { primary, store, clock: systemClock, entropy: systemEntropy, emit },
    bounds,
  );
  await store.open(listenerOf(node));
  await node.lease.start();
  const rows = ids.map((id) => rowOf(id));
  for (let from = 0; from < rows.length; from += rowsARead) {
    await readRows(node, rows.slice(from, from + rowsARead));
  }
  return {
    read: (id) => readNear(node, tableName, id) as Post | undefined,
    async [Symbol.asyncDispose]() {
      await node.lease.stop();
      await store.close();
      await database.destroy();
    },
  };
}

function rowOf(id: string): Row<Kysely<BenchTables>> {
  const load = (handle: Kysely<BenchTables>): Promise<Post | undefined> => loadPost(handle, id);
  return { key: keyOf(id), table: tableName, id, schema: postSchema, load };
}

function keyOf(id: string): string {
  return `${tableName}:${id}`;
}
