import { decode, encode } from "./codec.ts";
import type { CacheNode, Row } from "./cache-node.ts";

/** A row as Postgres has it, in the form that is stored. */
export interface LoadedRow {
  readonly text: string;
  /** The value a hit on that text returns; undefined when there is no row. */
  readonly value: unknown;
}

/** Reads a row from Postgres and checks it; a row that is not as its schema says is a fault. */
export async function loadRow<Handle>(
  { primary }: CacheNode<Handle>,
  { key, table, schema, load }: Row<Handle>,
): Promise<LoadedRow> {
  const row = await primary.load(load);
  const text = encode(key, row === undefined ? undefined : schema.parse(row));
  const decoded = decode(key, text, schema);
  if (decoded.kind === "corrupt") {
    throw new TypeError(`A row of ${table} is not as its schema says once it is JSON`);
  }
  return { text, value: decoded.kind === "present" ? decoded.value : undefined };
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
  { value }: LoadedRow,
): number {
  return value === undefined ? absentTtlMs : valueTtlMs;
}
