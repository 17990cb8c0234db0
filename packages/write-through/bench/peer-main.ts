// Another node of a cluster, that keeps rows in its memory. Asked the first time, it starts and reads
// them all; it answers how many it has. Started by the benchmark of writes.
import type { PeerAnswer, PeerQuestion } from "./peer.ts";
import { openPosts, type CachedPosts } from "./posts.ts";

let cached: CachedPosts | undefined;

process.on("message", (question: PeerQuestion) => void answer(question));
process.once("disconnect", () => process.exit());

async function answer({ servers, ids }: PeerQuestion): Promise<void> {
  if (cached === undefined) {
    cached = await openPosts({ servers });
    await cached.readAll(ids);
  }
  const reply: PeerAnswer = { rowsInMemory: cached.cache.metrics().near.rows };
  process.send?.(reply);
}
