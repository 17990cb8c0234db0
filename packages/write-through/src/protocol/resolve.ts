import type { Trust } from "../authority-lease.ts";
import type { CacheNode, Row } from "../cache-node.ts";
import { answered } from "../postgres/answered.ts";
import { isFenceOver } from "../postgres/fence-lock.ts";
import { asWriteThrough } from "../postgres/tables.ts";

/**
 * RESOLVE, in the background: ends a fence whose writer is gone. Only Postgres says that it is, by
 * giving out the lock the writer's transaction held; age is merely a reason to ask.
 */
export function resolveFence<Database>(
  node: CacheNode<Database>,
  trust: Trust,
  row: Row<Database>,
  fence: string,
): void {
  if (node.resolving.has(fence)) return;
  node.resolving.add(fence);
  void resolve(node, trust, row, fence).finally(() => node.resolving.delete(fence));
}

async function resolve<Database>(
  { database, store, databaseTimeoutMs, emit }: CacheNode<Database>,
  { identity }: Trust,
  { key, id, table: { name: table } }: Row<Database>,
  fence: string,
): Promise<void> {
  try {
    const isOver = await answered(isFenceOver(asWriteThrough(database), fence), databaseTimeoutMs);
    if (!isOver) return;
    await store.unfence(identity, [key], fence);
    emit({ kind: "fence_resolved", table, id });
  } catch (error) {
    emit({ kind: "resolve_failed", table, id, error });
  }
}
