import type { ControlledTransaction, Transaction } from "kysely";
import type { Trust } from "../authority-lease.ts";
import { loadRow, type CacheNode, type Row } from "../cache-node.ts";
import { answered } from "../postgres/answered.ts";
import {
  CacheUnavailableError,
  ContentionError,
  DeadlineError,
  OutcomeUnknownError,
} from "../errors.ts";
import { holdEpoch } from "../postgres/authority-row.ts";
import { holdFenceLock, randomFence } from "../postgres/fence-lock.ts";
import { isCancelled, isConflict } from "../postgres/sql-state.ts";
import { asWriteThroughTransaction } from "../postgres/tables.ts";
import { begin, commit, rollback } from "../postgres/write-transaction.ts";
import { storedText } from "./stored-text.ts";

const maxAttempts = 3;

type Work<Database, T> = (transaction: Transaction<Database>) => Promise<T>;

type Attempt<T> =
  | { readonly kind: "committed"; readonly value: T }
  /** Nothing was changed, and another store or epoch is to be trusted. */
  | { readonly kind: "distrusted" }
  /** Nothing was changed: Postgres gave way to another transaction. */
  | { readonly kind: "conflict" };

/** Fences the rows, runs the work in a transaction, commits and publishes. */
export async function writeRows<Database, T>(
  node: CacheNode<Database>,
  rows: readonly Row<Database>[],
  work: Work<Database, T>,
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

async function trustedStore<Database>({ lease }: CacheNode<Database>): Promise<Trust> {
  const trust = lease.trust();
  if (trust !== undefined) return trust;
  await lease.recover();
  const recovered = lease.trust();
  if (recovered !== undefined) return recovered;
  throw new CacheUnavailableError("No store can be trusted, so no key can be fenced");
}

async function attemptWrite<Database, T>(
  node: CacheNode<Database>,
  trust: Trust,
  rows: readonly Row<Database>[],
  work: Work<Database, T>,
): Promise<Attempt<T>> {
  const fence = randomFence();
  const transaction = await begin(node.database, node.databaseTimeoutMs);
  let prepared: { readonly value: T } | undefined;
  try {
    prepared = await prepare(node, trust, rows, fence, transaction, work);
  } catch (error) {
    await abandon(node, trust, rows, fence, transaction);
    if (isConflict(error)) return { kind: "conflict" };
    if (isCancelled(error)) throw new DeadlineError("A statement took too long", { cause: error });
    throw error;
  }
  if (prepared === undefined) {
    await abandon(node, trust, rows, fence, transaction);
    return { kind: "distrusted" };
  }

  const outcome = await commit(transaction, node.databaseTimeoutMs);
  switch (outcome.kind) {
    case "committed":
      await Promise.all(rows.map((row) => publish(node, trust, row, fence)));
      return { kind: "committed", value: prepared.value };
    case "rolled_back":
      await unfence(node, trust, rows, fence);
      if (isConflict(outcome.error)) return { kind: "conflict" };
      throw outcome.error;
    case "unknown":
      throw new OutcomeUnknownError("Postgres did not say whether the write was committed", {
        cause: outcome.error,
      });
  }
}

/** All that comes before the commit; undefined when the store or the epoch is not the one trusted. */
async function prepare<Database, T>(
  node: CacheNode<Database>,
  trust: Trust,
  rows: readonly Row<Database>[],
  fence: string,
  transaction: ControlledTransaction<Database>,
  work: Work<Database, T>,
): Promise<{ readonly value: T } | undefined> {
  const { databaseTimeoutMs, workTimeoutMs, leaseMs } = node;
  const own = asWriteThroughTransaction(transaction);
  const bounds = {
    statementTimeoutMs: databaseTimeoutMs,
    idleTimeoutMs: databaseTimeoutMs + 2 * leaseMs,
  };
  await answered(holdFenceLock(own, fence, bounds), databaseTimeoutMs);
  if (!(await fenceRows(node, trust, rows, fence))) return undefined;
  if (!(await answered(holdEpoch(own, trust.epoch), databaseTimeoutMs))) return undefined;
  return { value: await answered(work(transaction), workTimeoutMs) };
}

async function fenceRows<Database>(
  { store, emit }: CacheNode<Database>,
  { identity }: Trust,
  rows: readonly Row<Database>[],
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
async function publish<Database>(
  node: CacheNode<Database>,
  { identity }: Trust,
  row: Row<Database>,
  fence: string,
): Promise<void> {
  const { database, store, databaseTimeoutMs, valueTtlMs, emit } = node;
  try {
    const value = await answered(loadRow(database, row), databaseTimeoutMs);
    const text = storedText(node, row, value);
    const reply =
      text === undefined
        ? await store.unfence(identity, [row.key], fence)
        : await store.publish(identity, row.key, fence, text, valueTtlMs);
    if (reply.kind === "stranger") emit({ kind: "stranger", operation: "publish" });
  } catch (error) {
    emit({ kind: "publish_failed", table: row.table.name, id: row.id, error });
  }
}

async function abandon<Database>(
  node: CacheNode<Database>,
  trust: Trust,
  rows: readonly Row<Database>[],
  fence: string,
  transaction: ControlledTransaction<Database>,
): Promise<void> {
  // Without a commit sent the transaction cannot happen any more, whatever the rollback answers.
  try {
    await answered(rollback(transaction), node.databaseTimeoutMs);
  } catch (error) {
    node.emit({ kind: "rollback_failed", error });
  }
  await unfence(node, trust, rows, fence);
}

async function unfence<Database>(
  { store, emit }: CacheNode<Database>,
  { identity }: Trust,
  rows: readonly Row<Database>[],
  fence: string,
): Promise<void> {
  const keys = rows.map(({ key }) => key);
  try {
    await store.unfence(identity, keys, fence);
  } catch (error) {
    emit({ kind: "store_failed", operation: "unfence", error });
  }
}
