import { ContentionError, OutcomeUnknownError } from "../errors.ts";
import { TransactionConflict, type WriteTransaction } from "../primary.ts";
import type { Bypass, Trust } from "./belief.ts";
import type { CacheBounds, CacheNode, Row } from "./cache-node.ts";
import type { Drain } from "./acknowledgements.ts";
import { isStorable, loadRow, ttlMsOf } from "./stored-text.ts";
import { WriteRecord } from "./write-trace.ts";

const maxAttempts = 5;

type Work<Handle, T> = (handle: Handle) => Promise<T>;

/** Why an attempt changed nothing, and may be made again. */
type Setback =
  /** Another store or epoch is to be trusted. */
  | { readonly kind: "distrusted" }
  /** The store did not say whether it has fenced the keys. */
  | { readonly kind: "unreachable" }
  /** These processes did not say that they keep the keys no more. */
  | { readonly kind: "silent"; readonly nodeIds: readonly string[] }
  /** Postgres gave way to another transaction. */
  | { readonly kind: "conflict" };

type Attempt<T> = { readonly kind: "committed"; readonly value: T } | Setback;

type Prepared<T> = { readonly kind: "prepared"; readonly value: T } | Setback;

/** One write, however many attempts it takes. */
interface Writing<Handle> {
  readonly node: CacheNode<Handle>;
  readonly rows: readonly Row<Handle>[];
  readonly record: WriteRecord;
}

/** One attempt's transaction and the fence it holds in the store; in bypass it needs none there. */
interface Attempting<Handle> extends Writing<Handle> {
  readonly epoch: Trust | Bypass;
  readonly fence: string;
  readonly drain: Drain;
  /** How long to wait for acknowledgements. */
  readonly patienceMs: number;
}

/** Fences the rows, drains them, runs the work in a transaction, commits and publishes. */
export async function writeRows<Handle, T>(
  node: CacheNode<Handle>,
  rows: readonly Row<Handle>[],
  work: Work<Handle, T>,
): Promise<T> {
  const record = new WriteRecord(rows, node.clock, node.onWrite);
  const writing = { node, rows, record };
  let wasUnreachable = false;
  try {
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      const epoch = await currentEpoch(writing);
      record.beginAttempt();
      // Before the transaction rather than inside it: a lease is long for a row to be locked.
      await record.step("settle", () => node.lease.waitUntilSettled(epoch));
      const outcome = await attemptWrite(writing, epoch, patienceMs(node, attempt), work);
      if (outcome.kind === "committed") return outcome.value;
      if (attempt < maxAttempts) await overcome(writing, epoch, outcome, wasUnreachable);
      wasUnreachable ||= outcome.kind === "unreachable";
    }
    throw new ContentionError(`The write lost to others in ${maxAttempts} attempts`);
  } finally {
    record.end();
  }
}

/** Does what lets the next attempt come further. */
async function overcome<Handle>(
  writing: Writing<Handle>,
  epoch: Trust | Bypass,
  setback: Setback,
  wasUnreachable: boolean,
): Promise<void> {
  const {
    node: { membership, lease },
    record,
  } = writing;
  switch (setback.kind) {
    case "conflict":
      return;
    case "silent":
      return await record.step("evict", () => membership.evict(setback.nodeIds));
    case "distrusted":
      return await changeEpoch(writing, epoch);
    case "unreachable":
      // Once may be a moment's trouble; a store that fails twice in one write is done without.
      return await (wasUnreachable
        ? record.step("bypass", () => lease.bypass(epoch))
        : changeEpoch(writing, epoch));
  }
}

/** More at each attempt, so that processes that are merely slow are heard in the end. */
function patienceMs({ acknowledgeTimeoutMs, leaseMs }: CacheBounds, attempt: number): number {
  return Math.min(leaseMs, acknowledgeTimeoutMs * 3 ** (attempt - 1));
}

async function currentEpoch<Handle>({
  node: { lease },
  record,
}: Writing<Handle>): Promise<Trust | Bypass> {
  const epoch = lease.epoch();
  if (epoch !== undefined) return epoch;
  await record.step("adopt", () => lease.recover());
  if (lease.epoch() === undefined) await record.step("bypass", () => lease.bypass(undefined));
  const recovered = lease.epoch();
  if (recovered !== undefined) return recovered;
  throw new ContentionError("The epoch changed faster than it could be learned");
}

/** Finds another store, the same one healthy, or does without; what comes of it the lease tells. */
async function changeEpoch<Handle>(
  { node: { lease, store, emit }, record }: Writing<Handle>,
  epoch: Trust | Bypass,
): Promise<void> {
  const { identity } = epoch;
  if (identity === undefined) return await record.step("renew", () => lease.renew());
  await record.step("adopt", () => lease.recover(epoch));
  if (!lease.stillTrusts(epoch)) return;
  try {
    const reply = await record.step("read", () => store.read(identity, [], ""));
    if (reply.kind === "answered") return;
  } catch (error) {
    emit({ kind: "store_failed", operation: "read", error });
  }
  await record.step("bypass", () => lease.bypass(epoch));
}

async function attemptWrite<Handle, T>(
  writing: Writing<Handle>,
  epoch: Trust | Bypass,
  patience: number,
  work: Work<Handle, T>,
): Promise<Attempt<T>> {
  const { node, rows, record } = writing;
  const fence = node.entropy.fence();
  const keys = rows.map(({ key }) => key);
  const transaction = await record.step("begin", () => node.primary.begin(fence, keys));
  const drain = node.acknowledgements.expect(fence);
  const attempting = { ...writing, epoch, fence, drain, patienceMs: patience };
  let prepared: Prepared<T>;
  try {
    prepared = await prepare(attempting, transaction, work);
  } catch (error) {
    await abandon(attempting, transaction);
    if (error instanceof TransactionConflict) return { kind: "conflict" };
    throw error;
  } finally {
    drain.close();
  }
  if (prepared.kind !== "prepared") {
    await abandon(attempting, transaction);
    return prepared;
  }

  const outcome = await record.step("commit", () => transaction.commit());
  record.outcome = outcome.kind;
  switch (outcome.kind) {
    case "committed":
      await publish(attempting);
      return { kind: "committed", value: prepared.value };
    case "rolled_back":
      await unfence(attempting);
      if (outcome.error instanceof TransactionConflict) return { kind: "conflict" };
      throw outcome.error;
    case "unknown":
      throw new OutcomeUnknownError("Postgres did not say whether the write was committed", {
        cause: outcome.error,
      });
  }
}

/** All that comes before the commit. */
async function prepare<Handle, T>(
  attempting: Attempting<Handle>,
  transaction: WriteTransaction<Handle>,
  work: Work<Handle, T>,
): Promise<Prepared<T>> {
  const { node, epoch, drain, record } = attempting;
  const fenced = await fenceRows(attempting);
  if (fenced !== "fenced") return { kind: fenced };
  // A new statement after the fence, so that whoever is not in its list meets the fence.
  const listed = await record.step("hold", () => transaction.holdEpoch(epoch));
  if (listed === undefined) return { kind: "distrusted" };
  if (epoch.identity !== undefined) {
    const others = node.membership.othersIn(listed);
    record.processes = others.length;
    const nodeIds = await record.step("drain", () => drain.silent(others, attempting.patienceMs));
    if (nodeIds.length > 0) return { kind: "silent", nodeIds };
  }
  return { kind: "prepared", value: await record.step("statements", () => transaction.run(work)) };
}

async function fenceRows<Handle>({
  node: { store, near, emit },
  rows,
  epoch: { identity },
  fence,
  record,
}: Attempting<Handle>): Promise<"fenced" | "distrusted" | "unreachable"> {
  if (identity === undefined) return "fenced";
  const keys = rows.map(({ key }) => key);
  try {
    const reply = await record.step("fence", () => store.fence(identity, keys, fence));
    if (reply.kind === "stranger") {
      emit({ kind: "stranger", operation: "fence" });
      return "distrusted";
    }
    near.drop(keys);
    return "fenced";
  } catch (error) {
    emit({ kind: "store_failed", operation: "fence", error });
    return "unreachable";
  }
}

/**
 * Publishes the rows as committed. Read after the commit, they hold what deferred triggers did at it;
 * if another writer has changed a row since, it has fenced it too, and the store refuses ours. The
 * write has succeeded by now, so a failure is an event, and leaves a fence that readers resolve.
 */
async function publish<Handle>({
  node,
  rows,
  epoch: { identity },
  fence,
  record,
}: Attempting<Handle>): Promise<void> {
  if (identity === undefined) return;
  const { store, emit } = node;
  const publishRow = async (row: Row<Handle>): Promise<void> => {
    try {
      const loaded = await loadRow(node, row);
      const reply = isStorable(node, row, loaded)
        ? await store.publish(identity, row.key, fence, loaded.text, ttlMsOf(node, loaded))
        : await store.unfence(identity, [row.key], fence);
      if (reply.kind === "stranger") emit({ kind: "stranger", operation: "publish" });
    } catch (error) {
      emit({ kind: "publish_failed", table: row.table, id: row.id, error });
    }
  };
  await record.step("publish", () => Promise.all(rows.map(publishRow)));
}

async function abandon<Handle>(
  attempting: Attempting<Handle>,
  transaction: WriteTransaction<Handle>,
): Promise<void> {
  // Without a commit sent the transaction cannot happen any more, whatever the rollback answers.
  try {
    await attempting.record.step("rollback", () => transaction.rollback());
  } catch (error) {
    attempting.node.emit({ kind: "rollback_failed", error });
  }
  await unfence(attempting);
}

async function unfence<Handle>({
  node: { store, emit },
  rows,
  epoch: { identity },
  fence,
  record,
}: Attempting<Handle>): Promise<void> {
  if (identity === undefined) return;
  const keys = rows.map(({ key }) => key);
  try {
    await record.step("unfence", () => store.unfence(identity, keys, fence));
  } catch (error) {
    emit({ kind: "store_failed", operation: "unfence", error });
  }
}
