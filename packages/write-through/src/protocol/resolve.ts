import type { Trust } from "./belief.ts";
import type { CacheNode, Row } from "./cache-node.ts";

/**
 * RESOLVE, in the background: ends a fence whose writer is gone. Only Postgres says that it is, by
 * giving out the lock the writer's transaction held; age is merely a reason to ask.
 */
export function resolveFence<Handle>(
  node: CacheNode<Handle>,
  trust: Trust,
  row: Row<Handle>,
  fence: string,
): void {
  if (node.resolving.has(fence)) return;
  node.resolving.add(fence);
  void resolve(node, trust, row, fence).finally(() => node.resolving.delete(fence));
}

async function resolve<Handle>(
  { primary, store, emit }: CacheNode<Handle>,
  { identity }: Trust,
  { key, id, table }: Row<Handle>,
  fence: string,
): Promise<void> {
  try {
    if (!(await primary.isFenceOver(fence))) return;
    await store.unfence(identity, [key], fence);
    emit({ kind: "fence_resolved", table, id });
  } catch (error) {
    emit({ kind: "resolve_failed", table, id, error });
  }
}
