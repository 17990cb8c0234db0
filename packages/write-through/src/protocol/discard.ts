import type { Trust } from "./belief.ts";
import type { CacheNode, Row } from "./cache-node.ts";

/**
 * Removes a value that is not one of ours, by fencing its key and ending the fence at once. A
 * process that dies between the two leaves a fence without a lock, which any reader resolves.
 */
export async function discard<Handle>(
  { store, entropy, emit }: CacheNode<Handle>,
  { identity }: Trust,
  { key }: Row<Handle>,
): Promise<void> {
  const fence = entropy.fence();
  try {
    await store.fence(identity, [key], fence);
    await store.unfence(identity, [key], fence);
  } catch (error) {
    emit({ kind: "store_failed", operation: "fence", error });
  }
}
