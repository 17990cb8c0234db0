import { sql } from "kysely";
import { PortcullisError } from "../errors.ts";
import { nameFault } from "./database-fault.ts";
import type { AuthDatabase, AuthTransaction } from "./tables.ts";

/** The way to Postgres for what does not go through the cache: with a deadline, and with faults named. */
export interface DatabasePort {
  /** @throws PortcullisError `unavailable` when Postgres cannot be reached or does not answer in time. */
  read<Value>(work: (database: AuthDatabase) => Promise<Value>): Promise<Value>;
  /**
   * Runs `work` in a transaction.
   *
   * @throws PortcullisError `unavailable` when nothing was changed, `outcome_unknown` when the
   * commit was sent and not answered.
   */
  transact<Value>(work: (transaction: AuthTransaction) => Promise<Value>): Promise<Value>;
}

export function createDatabasePort(database: AuthDatabase, timeoutMs: number): DatabasePort {
  return {
    async read(work) {
      try {
        return await beforeDeadline(work(database), timeoutMs, () => "unavailable");
      } catch (error) {
        throw nameFault(error, "before_commit");
      }
    },
    async transact(work) {
      let isOver = false;
      let isCommitting = false;
      // Under this level a statement that waited for a row sees what the holder committed, which the
      // rotation of refresh tokens rests on; the server's default may be another.
      const begin = database.transaction().setIsolationLevel("read committed");
      const transaction = begin.execute(async (handle) => {
        // A statement that waits for a lock would outlive our deadline and keep its connection.
        await sql`select set_config('statement_timeout', ${String(timeoutMs)}, true)`.execute(
          handle,
        );
        const value = await work(handle);
        if (isOver) throw new PortcullisError("unavailable");
        isCommitting = true;
        return value;
      });
      try {
        return await beforeDeadline(transaction, timeoutMs, () => {
          isOver = true;
          return isCommitting ? "outcome_unknown" : "unavailable";
        });
      } catch (error) {
        throw nameFault(error, isCommitting ? "at_commit" : "before_commit");
      }
    },
  };
}

/** Settles with `work`, or with the error that `onDeadline` names. */
async function beforeDeadline<Value>(
  work: Promise<Value>,
  timeoutMs: number,
  onDeadline: () => "unavailable" | "outcome_unknown",
): Promise<Value> {
  const { promise: deadline, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const cause = new Error(`Postgres did not answer within ${timeoutMs} ms`);
    reject(new PortcullisError(onDeadline(), { cause }));
  }, timeoutMs);
  try {
    // A later failure of the loser is no unhandled rejection: race() has subscribed to both.
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
