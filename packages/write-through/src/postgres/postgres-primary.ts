import type { ControlledTransaction, Kysely } from "kysely";
import type { Primary, WriteTransaction } from "../primary.ts";
import { answered, inTime } from "./answered.ts";
import { adoptStore, bypassStore, holdEpoch, readRenewal, settleEpoch } from "./authority-row.ts";
import { holdFenceLock, isFenceOver, type TransactionBounds } from "./fence-lock.ts";
import { namedSetback } from "./named-error.ts";
import { evictNodes, joinNodes, listNodes, removeEvicted, removeNodes } from "./node-list.ts";
import { asWriteThrough, asWriteThroughTransaction } from "./tables.ts";
import { begin, commit, ignore, rollback } from "./write-transaction.ts";

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
    adoptStore: (seen, identity) => ask(adoptStore(own, seen, identity, timeoutMs)),
    bypassStore: (seen, nonce) => ask(bypassStore(own, seen, nonce, timeoutMs)),
    settleEpoch: (epoch) => ask(settleEpoch(own, epoch, timeoutMs)),
    joinNodes: (nodeId, formerIds) => ask(joinNodes(own, nodeId, formerIds, leaseMs)),
    listNodes: () => ask(listNodes(own)),
    evictNodes: (nodeIds, mark) => ask(evictNodes(own, nodeIds, mark)),
    removeEvicted: (marks) => ask(removeEvicted(own, marks)),
    removeNodes: (nodeIds) => ask(removeNodes(own, nodeIds)),
    isFenceOver: (fence) => ask(isFenceOver(own, fence)),
    load: (query) => ask(query(database)),

    async begin(fence, keys) {
      const transaction = await begin(database, timeoutMs);
      try {
        await ask(holdFenceLock(asWriteThroughTransaction(transaction), fence, keys, bounds));
      } catch (error) {
        await ask(rollback(transaction)).catch(ignore);
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
        return await inTime(work(transaction), workTimeoutMs);
      } catch (error) {
        throw namedSetback(error);
      }
    },
    commit: () => commit(transaction, timeoutMs),
    rollback: () => answered(rollback(transaction), timeoutMs),
  };
}
