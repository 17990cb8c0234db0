import type { Trust } from "../authority-lease.ts";
import type { CacheNode, Row } from "../cache-node.ts";
import { randomFence } from "../postgres/fence-lock.ts";

/**
 * Removes a value that is not one of ours, by fencing its key and ending the fence at once. A
 * process that dies between the two leaves a fence without a lock, which any reader resolves.
 */
export async function discard<Database>(
  { store, emit }: CacheNode<Database>,
  { identity }: Trust,
  { key }: Row<Database>,
): Promise<void> {
  const fence = randomFence();
  try {
    await store.fence(identity, [key], fence);
    await store.unfence(identity, [key], fence);
  } catch (error) {
    emit({ kind: "store_failed", operation: "fence", error });
  }
}
