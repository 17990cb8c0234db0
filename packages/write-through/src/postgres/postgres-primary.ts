import type { ControlledTransaction, Kysely } from "kysely";
import { DeadlineError, UndeclaredWriteError } from "../errors.ts";
import { TransactionConflict, type Primary, type WriteTransaction } from "../primary.ts";
import { answered } from "./answered.ts";
import { adoptStore, bypassStore, holdEpoch, readRenewal, settleEpoch } from "./authority-row.ts";
import { holdFenceLock, isFenceOver, type TransactionBounds } from "./fence-lock.ts";
import { isUndeclaredWrite } from "./guard.ts";
import { evictNodes, joinNodes, listNodes, removeNodes } from "./node-list.ts";
import { isCancelled, isConflict } from "./sql-state.ts";
import { asWriteThrough, asWriteThroughTransaction } from "./tables.ts";
import { begin, commit, rollback } from "./write-transaction.ts";

export interface PostgresPrimaryOptions<Database> {
  readonly database: Kysely<Database>;
  /** Longest wait for one answer. */
  readonly timeoutMs: number;
  /** Longest time for all the statements of one write. */
  readonly workTimeoutMs: number;
  readonly leaseMs: number;
}

/** The steps of the protocol on a real Postgres, through the application's own pool. */
export function createPostgresPrimary<Database>(
  options: PostgresPrimaryOptions<Database>,
): Primary<Kysely<Database>> {
  const { database, timeoutMs, leaseMs } = options;
  const own = asWriteThrough(database);
  const ask = <T>(question: Promise<T>): Promise<T> => answered(question, timeoutMs);
  const bounds: TransactionBounds = {
    statementTimeoutMs: timeoutMs,
    idleTimeoutMs: timeoutMs + 2 * leaseMs,
  };
  return {
    renew: (nodeId) => ask(readRenewal(own, nodeId)),
    adoptStore: (seen, identity) => ask(adoptStore(own, seen, identity)),
    bypassStore: (seen) => ask(bypassStore(own, seen)),
    settleEpoch: (epoch) => ask(settleEpoch(own, epoch)),
    joinNodes: (nodeId, formerIds) => ask(joinNodes(own, nodeId, formerIds)),
    listNodes: () => ask(listNodes(own)),
    evictNodes: (nodeIds) => ask(evictNodes(own, nodeIds)),
    removeNodes: (nodeIds) => ask(removeNodes(own, nodeIds)),
    isFenceOver: (fence) => ask(isFenceOver(own, fence)),
    load: (query) => ask(query(database)),

    async begin(fence, keys) {
      const transaction = await begin(database, timeoutMs);
      try {
        await ask(holdFenceLock(asWriteThroughTransaction(transaction), fence, keys, bounds));
      } catch (error) {
        await ask(rollback(transaction));
        throw error;
      }
      return writeTransaction(transaction, options);
    },
  };
}

function writeTransaction<Database>(
  transaction: ControlledTransaction<Database>,
  { timeoutMs, workTimeoutMs }: PostgresPrimaryOptions<Database>,
): WriteTransaction<Kysely<Database>> {
  return {
    holdEpoch: (epoch) =>
      answered(holdEpoch(asWriteThroughTransaction(transaction), epoch), timeoutMs),
    async run(work) {
      try {
        return await answered(work(transaction), workTimeoutMs);
      } catch (error) {
        if (isConflict(error)) throw new TransactionConflict("Deadlock", { cause: error });
        if (error instanceof Error && isUndeclaredWrite(error)) {
          throw new UndeclaredWriteError(error.message, { cause: error });
        }
        if (isCancelled(error)) {
          throw new DeadlineError("A statement was too slow", { cause: error });
        }
        throw error;
      }
    },
    commit: () => commit(transaction, timeoutMs),
    rollback: () => answered(rollback(transaction), timeoutMs),
  };
}
