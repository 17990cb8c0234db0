import { CacheUnavailableError, ContentionError, OutcomeUnknownError } from "../errors.ts";
import { TransactionConflict, type WriteTransaction } from "../primary.ts";
import type { Trust } from "./authority-lease.ts";
import type { CacheNode, Row } from "./cache-node.ts";
import { isStorable, loadRow, ttlMsOf } from "./stored-text.ts";

const maxAttempts = 3;

type Work<Handle, T> = (handle: Handle) => Promise<T>;

type Attempt<T> =
  | { readonly kind: "committed"; readonly value: T }
  /** Nothing was changed, and another store or epoch is to be trusted. */
  | { readonly kind: "distrusted" }
  /** Nothing was changed: Postgres gave way to another transaction. */
  | { readonly kind: "conflict" };

/** Fences the rows, runs the work in a transaction, commits and publishes. */
export async function writeRows<Handle, T>(
  node: CacheNode<Handle>,
  rows: readonly Row<Handle>[],
  work: Work<Handle, T>,
): Promise<T> {
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const trust = await trustedStore(node);
    // Before the transaction rather than inside it: a lease is long for a row to be locked.
    await node.lease.waitUntilSettled(trust);
    const outcome = await attemptWrite(node, trust, rows, work);
    if (outcome.kind === "committed") return outcome.value;
    if (outcome.kind === "conflict") continue;
    await node.lease.recover(trust);
    if (node.lease.stillTrusts(trust)) {
      throw new CacheUnavailableError("The store has lost its identity and could not be adopted");
    }
  }
  throw new ContentionError(`The write lost to others in ${maxAttempts} attempts`);
}

async function trustedStore<Handle>({ lease }: CacheNode<Handle>): Promise<Trust> {
  const trust = lease.trust();
  if (trust !== undefined) return trust;
  await lease.recover();
  const recovered = lease.trust();
  if (recovered !== undefined) return recovered;
  throw new CacheUnavailableError("No store can be trusted, so no key can be fenced");
}

async function attemptWrite<Handle, T>(
  node: CacheNode<Handle>,
  trust: Trust,
  rows: readonly Row<Handle>[],
  work: Work<Handle, T>,
): Promise<Attempt<T>> {
  const fence = node.entropy.fence();
  const transaction = await node.primary.begin(fence);
  let prepared: { readonly value: T } | undefined;
  try {
    prepared = await prepare(node, trust, rows, fence, transaction, work);
  } catch (error) {
    await abandon(node, trust, rows, fence, transaction);
    if (error instanceof TransactionConflict) return { kind: "conflict" };
    throw error;
  }
  if (prepared === undefined) {
    await abandon(node, trust, rows, fence, transaction);
    return { kind: "distrusted" };
  }

  const outcome = await transaction.commit();
  switch (outcome.kind) {
    case "committed":
      await Promise.all(rows.map((row) => publish(node, trust, row, fence)));
      return { kind: "committed", value: prepared.value };
    case "rolled_back":
      await unfence(node, trust, rows, fence);
      if (outcome.error instanceof TransactionConflict) return { kind: "conflict" };
      throw outcome.error;
    case "unknown":
      throw new OutcomeUnknownError("Postgres did not say whether the write was committed", {
        cause: outcome.error,
      });
  }
}

/** All that comes before the commit; undefined when the store or the epoch is not the one trusted. */
async function prepare<Handle, T>(
  node: CacheNode<Handle>,
  trust: Trust,
  rows: readonly Row<Handle>[],
  fence: string,
  transaction: WriteTransaction<Handle>,
  work: Work<Handle, T>,
): Promise<{ readonly value: T } | undefined> {
  if (!(await fenceRows(node, trust, rows, fence))) return undefined;
  if (!(await transaction.holdEpoch(trust.epoch, trust.identity.nonce))) return undefined;
  return { value: await transaction.run(work) };
}

async function fenceRows<Handle>(
  { store, emit }: CacheNode<Handle>,
  { identity }: Trust,
  rows: readonly Row<Handle>[],
  fence: string,
): Promise<boolean> {
  const keys = rows.map(({ key }) => key);
  try {
    const reply = await store.fence(identity, keys, fence);
    if (reply.kind === "stranger") emit({ kind: "stranger", operation: "fence" });
    return reply.kind === "answered";
  } catch (error) {
    emit({ kind: "store_failed", operation: "fence", error });
    throw new CacheUnavailableError("The store did not fence the keys of the write", {
      cause: error,
    });
  }
}

/**
 * Publishes the rows as committed. Read after the commit, they hold what deferred triggers did at it;
 * if another writer has changed a row since, it has fenced it too, and the store refuses ours. The
 * write has succeeded by now, so a failure is an event, and leaves a fence that readers resolve.
 */
async function publish<Handle>(
  node: CacheNode<Handle>,
  { identity }: Trust,
  row: Row<Handle>,
  fence: string,
): Promise<void> {
  const { store, emit } = node;
  try {
    const loaded = await loadRow(node, row);
    const reply = isStorable(node, row, loaded)
      ? await store.publish(identity, row.key, fence, loaded.text, ttlMsOf(node, loaded))
      : await store.unfence(identity, [row.key], fence);
    if (reply.kind === "stranger") emit({ kind: "stranger", operation: "publish" });
  } catch (error) {
    emit({ kind: "publish_failed", table: row.table, id: row.id, error });
  }
}

async function abandon<Handle>(
  node: CacheNode<Handle>,
  trust: Trust,
  rows: readonly Row<Handle>[],
  fence: string,
  transaction: WriteTransaction<Handle>,
): Promise<void> {
  // Without a commit sent the transaction cannot happen any more, whatever the rollback answers.
  try {
    await transaction.rollback();
  } catch (error) {
    node.emit({ kind: "rollback_failed", error });
  }
  await unfence(node, trust, rows, fence);
}

async function unfence<Handle>(
  { store, emit }: CacheNode<Handle>,
  { identity }: Trust,
  rows: readonly Row<Handle>[],
  fence: string,
): Promise<void> {
  const keys = rows.map(({ key }) => key);
  try {
    await store.unfence(identity, keys, fence);
  } catch (error) {
    emit({ kind: "store_failed", operation: "unfence", error });
  }
}
