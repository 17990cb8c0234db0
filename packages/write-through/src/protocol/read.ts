import type { Reading } from "../store.ts";
import type { Trust } from "./authority-lease.ts";
import type { CacheNode, Row } from "./cache-node.ts";
import { decode } from "./codec.ts";
import { discard } from "./discard.ts";
import { resolveFence } from "./resolve.ts";
import { isStorable, loadRow, ttlMsOf, type LoadedRow } from "./stored-text.ts";

/**
 * Reads rows: from the store in one round trip, those it does not have from Postgres. Without a
 * store that can be trusted, all from Postgres.
 */
export async function readRows<Handle>(
  node: CacheNode<Handle>,
  rows: readonly Row<Handle>[],
): Promise<unknown[]> {
  const trust = node.lease.trust();
  const fillToken = node.entropy.token();
  const readings = trust && (await askStore(node, trust, rows, fillToken));
  return await Promise.all(
    rows.map((row, index) => {
      const reading = readings?.[index];
      if (trust === undefined || reading === undefined) return loadShared(node, row);
      return followReading(node, trust, row, reading, fillToken);
    }),
  );
}

async function askStore<Handle>(
  node: CacheNode<Handle>,
  trust: Trust,
  rows: readonly Row<Handle>[],
  fillToken: string,
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
  node: CacheNode<Handle>,
  trust: Trust,
  row: Row<Handle>,
  reading: Reading,
  fillToken: string,
): Promise<unknown> {
  switch (reading.kind) {
    case "hit": {
      const isSmall = reading.value.length <= node.maxValueBytes;
      const decoded = isSmall && decode(row.key, reading.value, row.schema);
      if (decoded !== false && decoded.kind === "present") return decoded.value;
      if (decoded !== false && decoded.kind === "absent") return undefined;
      node.emit({ kind: "corrupt_value", table: row.table, id: row.id });
      await discard(node, trust, row);
      return await loadShared(node, row);
    }
    case "miss":
      if (!reading.fillable) return await loadShared(node, row);
      return await loadShared(node, row, (loaded) => fill(node, trust, row, fillToken, loaded));
    case "fenced":
      if (reading.ageMs > node.resolveAfterMs) resolveFence(node, trust, row, reading.fence);
      return await loadShared(node, row);
  }
}

/** Each caller gets a value of its own out of the shared text, just as a hit would have made it. */
async function loadShared<Handle>(
  node: CacheNode<Handle>,
  row: Row<Handle>,
  afterwards?: (loaded: LoadedRow) => Promise<void>,
): Promise<unknown> {
  const text = await node.flights.join(row.key, async () => {
    const loaded = await loadRow(node, row);
    await afterwards?.(loaded);
    return loaded.text;
  });
  const decoded = decode(row.key, text, row.schema);
  switch (decoded.kind) {
    case "present":
      return decoded.value;
    case "absent":
      return undefined;
    case "corrupt":
      throw new TypeError(`A row of ${row.table} is not as its schema says once it is JSON`);
  }
}

async function fill<Handle>(
  node: CacheNode<Handle>,
  trust: Trust,
  row: Row<Handle>,
  fillToken: string,
  loaded: LoadedRow,
): Promise<void> {
  if (!isStorable(node, row, loaded)) return;
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

function recoverInBackground<Handle>(node: CacheNode<Handle>, trust: Trust): void {
  node.lease.recover(trust).catch((error: unknown) => {
    node.emit({ kind: "renewal_failed", error });
  });
}
