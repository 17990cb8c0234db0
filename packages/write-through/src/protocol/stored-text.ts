import type { CacheNode, Row } from "./cache-node.ts";
import { encode } from "./codec.ts";

/** The text to store for a row, or undefined for one too large to be cached. */
export function storedText<Handle>(
  { maxValueBytes, emit }: CacheNode<Handle>,
  { key, id, table }: Row<Handle>,
  value: unknown,
): string | undefined {
  const text = encode(key, value);
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxValueBytes) return text;
  emit({ kind: "value_too_large", table, id, bytes });
  return undefined;
}
