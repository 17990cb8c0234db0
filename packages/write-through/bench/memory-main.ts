// Weighs the rows in the memory of one cache, in a process that holds nothing else. Started by the
// benchmark of memory, with --expose-gc.
import { randomUUID } from "node:crypto";
import type { MemoryAnswer, MemoryQuestion } from "./memory.ts";
import { makePost, openPosts, tableName, type Post } from "./posts.ts";

process.on("message", (question: MemoryQuestion) => void answer(question));
process.once("disconnect", () => process.exit());

async function answer(question: MemoryQuestion): Promise<void> {
  process.send?.(await weigh(question));
}

async function weigh({ servers, rows, nearMaxBytes }: MemoryQuestion): Promise<MemoryAnswer> {
  const ids = Array.from({ length: rows }, () => randomUUID() as string);
  const cached = await openPosts({
    servers,
    nearMaxBytes,
    // The rows are made here: what is weighed is how they are kept.
    load: (_handle, id) => Promise.resolve(makePost(id)),
  });
  const values = await cached.readAll(ids);
  const { near } = cached.cache.metrics();
  if (near.rows !== rows) throw new Error(`${near.rows} of ${rows} rows are in memory`);

  const withNear = heapBytes();
  // It forgets its rows; the array keeps them.
  await cached[Symbol.asyncDispose]();
  const inArray = heapBytes();
  const map = mapOf(values);
  const withMap = heapBytes();
  if (map.size !== values.length) throw new Error("Two rows have one id");
  return {
    nearBytes: withNear - inArray,
    mapBytes: withMap - inArray,
  };
}

/** Of what is reachable. What the first collection finalizes, the second one frees. */
function heapBytes(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

function mapOf(posts: readonly Post[]): Map<string, Post> {
  const map = new Map<string, Post>();
  for (const post of posts) {
    // In one piece: the joined parts would be kept beside what was made of them.
    const key = Buffer.from(`${tableName}:${post.id}`).toString();
    map.set(key, post);
  }
  return map;
}
