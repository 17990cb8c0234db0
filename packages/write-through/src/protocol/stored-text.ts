import type { CacheNode, Row } from "./cache-node.ts";
import { encode } from "./codec.ts";

/** A row as Postgres has it, in the form that is stored. */
export interface LoadedRow {
  readonly text: string;
  readonly isAbsent: boolean;
}

/** Reads a row from Postgres and checks it; a row that is not as its schema says is a fault. */
export async function loadRow<Handle>(
  { primary }: CacheNode<Handle>,
  { key, schema, load }: Row<Handle>,
): Promise<LoadedRow> {
  const value = await primary.load(load);
  const isAbsent = value === undefined;
  return { text: encode(key, isAbsent ? undefined : schema.parse(value)), isAbsent };
}

/** Is the row small enough to be cached? */
export function isStorable<Handle>(
  { maxValueBytes, emit }: CacheNode<Handle>,
  { id, table }: Row<Handle>,
  { text }: LoadedRow,
): boolean {
  const bytes = Buffer.byteLength(text);
  if (bytes > maxValueBytes) emit({ kind: "value_too_large", table, id, bytes });
  return bytes <= maxValueBytes;
}

/** How long a row is kept. */
export function ttlMsOf<Handle>(
  { valueTtlMs, absentTtlMs }: CacheNode<Handle>,
  { isAbsent }: LoadedRow,
): number {
  return isAbsent ? absentTtlMs : valueTtlMs;
}
