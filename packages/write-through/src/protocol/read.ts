import type { Ticket } from "../near/near-cache.ts";
import type { RowName } from "../row-key.ts";
import type { Reading } from "../store.ts";
import type { Trust } from "./belief.ts";
import type { CacheNode, Row } from "./cache-node.ts";
import { decode } from "./codec.ts";
import { discard } from "./discard.ts";
import { resolveFence } from "./resolve.ts";
import { isStorable, loadRow, ttlMsOf, type LoadedRow } from "./stored-text.ts";

/** Is told of a row that the store had, or had no row for. */
type HitListener<Handle> = (row: Row<Handle>, value: unknown) => void;

/** What one read keeps at hand until it ends. */
interface ReadUnderWay<Handle> {
  readonly node: CacheNode<Handle>;
  readonly onHit: HitListener<Handle>;
  readonly trust: Trust;
  readonly fillToken: string;
}

type NodeWithMemory = Pick<CacheNode<unknown>, "near" | "lease" | "counters">;

/**
 * A row from the memory of this process, or undefined. Looked up first and allowed after, in one
 * turn, so that nothing can come between.
 */
export function readNear(
  { near, lease, counters }: NodeWithMemory,
  table: string,
  id: string,
): unknown {
  const value = near.get(table, id);
  if (value === undefined || !lease.allowsMemory()) return undefined;
  counters.near += 1;
  return value;
}

/** The same of several rows: all of them, or undefined. */
export function readAllNear(
  { near, lease, counters }: NodeWithMemory,
  rows: readonly RowName[],
): unknown[] | undefined {
  const values: unknown[] = [];
  for (const { table, id } of rows) {
    const value = near.get(table, id);
    if (value === undefined) return undefined;
    values.push(value);
  }
  if (!lease.allowsMemory()) return undefined;
  counters.near += values.length;
  return values;
}

/**
 * Reads rows that are not in memory: from the store in one round trip, those it does not have from
 * Postgres. Without a store that can be trusted, all from Postgres; but for a lease nobody may have
 * asked whether it is the primary, and then it is asked first.
 */
export async function readRows<Handle>(
  node: CacheNode<Handle>,
  rows: readonly Row<Handle>[],
  onHit: HitListener<Handle> = () => undefined,
): Promise<unknown[]> {
  if (node.lease.epoch() === undefined) await node.lease.renew();
  const trust = node.lease.trust();
  if (trust === undefined) return await Promise.all(rows.map((row) => loadShared(node, row)));
  const read = { node, onHit, trust, fillToken: node.entropy.token() };
  // Before the store is asked, so that an invalidation that overtakes its answer marks them.
  const tickets = rows.map(({ key }) => node.near.begin(key));
  const readings = await askStore(read, rows);
  return await Promise.all(
    rows.map(async (row, index) => {
      const [reading, ticket] = [readings?.[index], tickets[index]];
      if (ticket === undefined) return await loadShared(node, row);
      try {
        if (reading === undefined) return await loadShared(node, row);
        return await followReading(read, row, ticket, reading);
      } finally {
        // Each with its own row: one that fails ends the others' wait, but not their loads.
        node.near.end(ticket);
      }
    }),
  );
}

async function askStore<Handle>(
  { node, trust, fillToken }: ReadUnderWay<Handle>,
  rows: readonly Row<Handle>[],
): Promise<readonly Reading[] | undefined> {
  try {
    const keys = rows.map(({ key }) => key);
    const reply = await node.store.read(trust.identity, keys, fillToken);
    if (reply.kind === "stranger") {
      node.emit({ kind: "stranger", operation: "read" });
      recoverInBackground(node, trust);
      return undefined;
    }
    // The answer counts only if the store was trusted when it was given, not just when it was asked.
    return node.lease.stillTrusts(trust) ? reply.value : undefined;
  } catch (error) {
    node.emit({ kind: "store_failed", operation: "read", error });
    return undefined;
  }
}

async function followReading<Handle>(
  read: ReadUnderWay<Handle>,
  row: Row<Handle>,
  ticket: Ticket,
  reading: Reading,
): Promise<unknown> {
  const { node, trust } = read;
  switch (reading.kind) {
    case "hit": {
      const isSmall = Buffer.byteLength(reading.value) <= node.maxValueBytes;
      const decoded = isSmall && decode(row.key, reading.value, row.schema);
      if (decoded === false || decoded.kind === "corrupt") {
        node.emit({ kind: "corrupt_value", table: row.table, id: row.id });
        await discard(node, trust, row);
        return await loadShared(node, row);
      }
      node.counters.store += 1;
      const value = decoded.kind === "present" ? decoded.value : undefined;
      keep(node, ticket, reading.value, value);
      read.onHit(row, value);
      return value;
    }
    case "miss":
      return await loadShared(node, row, async (loaded) => {
        if (!isStorable(node, row, loaded)) return;
        if (node.lease.stillTrusts(trust)) keep(node, ticket, loaded.text, loaded.value);
        if (reading.fillable) await fill(read, row, loaded);
      });
    case "fenced":
      if (reading.ageMs > node.resolveAfterMs) resolveFence(node, trust, row, reading.fence);
      return await loadShared(node, row);
  }
}

/** Callers who ask for a row at the same time share one load of it. */
async function loadShared<Handle>(
  node: CacheNode<Handle>,
  row: Row<Handle>,
  afterwards?: (loaded: LoadedRow) => Promise<void>,
): Promise<unknown> {
  const { value } = await node.flights.join(row.key, async () => {
    const loaded = await loadRow(node, row);
    node.counters.postgres += 1;
    await afterwards?.(loaded);
    return loaded;
  });
  return value;
}

async function fill<Handle>(
  { node, trust, fillToken }: ReadUnderWay<Handle>,
  row: Row<Handle>,
  loaded: LoadedRow,
): Promise<void> {
  try {
    const ttlMs = ttlMsOf(node, loaded);
    const reply = await node.store.fill(trust.identity, row.key, fillToken, loaded.text, ttlMs);
    if (reply.kind === "stranger") {
      node.emit({ kind: "stranger", operation: "fill" });
      recoverInBackground(node, trust);
    }
  } catch (error) {
    node.emit({ kind: "store_failed", operation: "fill", error });
  }
}

/**
 * Keeps a row in memory whose key had no fence after the read began: a fence since then has marked
 * the ticket, or waits for this process to be heard. Not absences: whoever may ask for made-up ids would
 * choose what is kept.
 */
function keep(
  { near }: Pick<CacheNode<unknown>, "near">,
  ticket: Ticket,
  text: string,
  value: unknown,
): void {
  if (value !== undefined) near.insert(ticket, value, Buffer.byteLength(text));
}

function recoverInBackground<Handle>(node: CacheNode<Handle>, trust: Trust): void {
  node.lease.recover(trust).catch((error: unknown) => {
    node.emit({ kind: "renewal_failed", error });
  });
}
