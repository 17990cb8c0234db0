import { AbortedTransactionError, type ControlledTransaction, type Kysely } from "kysely";
import { DeadlineError } from "../errors.ts";
import type { CommitOutcome } from "../primary.ts";
import { answered, inTime } from "./answered.ts";
import { isUnsent } from "./database-fault.ts";
import { namedSetback } from "./named-error.ts";
import { isConflict, isRefusedCommit } from "./sql-state.ts";

/** Begins a transaction, or gives up; one that begins too late is rolled back. */
export async function begin<Database>(
  database: Kysely<Database>,
  timeoutMs: number,
): Promise<ControlledTransaction<Database>> {
  const beginning = database.startTransaction().setIsolationLevel("read committed").execute();
  try {
    return await answered(beginning, timeoutMs);
  } catch (error) {
    if (error instanceof DeadlineError) beginning.then(rollback).catch(ignore);
    throw error;
  }
}

/** Sends the commit, and says what can be known of it. */
export async function commit<Database>(
  transaction: ControlledTransaction<Database>,
  timeoutMs: number,
): Promise<CommitOutcome> {
  const committing = transaction.commit().execute();
  try {
    await inTime(committing, timeoutMs);
    return { kind: "committed" };
  } catch (error) {
    // The connection goes back to its pool by a rollback, which is void after a commit; with the
    // answer still to come it waits its turn behind it.
    committing.catch(() => rollback(transaction)).catch(ignore);
    if (isRolledBack(error)) return { kind: "rolled_back", error: namedSetback(error) };
    return { kind: "unknown", error };
  }
}

/** Does what a commit ended with rule out that it happened? */
function isRolledBack(error: unknown): boolean {
  return (
    error instanceof AbortedTransactionError ||
    isConflict(error) ||
    isRefusedCommit(error) ||
    isUnsent(error)
  );
}

/** Rolls back, and frees the connection even when the rollback fails. */
export async function rollback<Database>(
  transaction: ControlledTransaction<Database>,
): Promise<void> {
  await transaction.rollback().execute();
}

export function ignore(): void {
  // The caller was told what failed first; what Postgres answers later changes nothing.
}
