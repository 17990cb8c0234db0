import { sql, type Kysely, type Transaction } from "kysely";
import { currentTimeline } from "./authority-row.ts";
import type { WriteThroughTables } from "./tables.ts";

/** Bounds, kept by Postgres itself, on what a write's transaction may take. */
export interface TransactionBounds {
  readonly statementTimeoutMs: number;
  readonly idleTimeoutMs: number;
}

/**
 * Holds the fence's lock until the transaction ends, however it ends. It is what tells others that
 * the transaction is over, so it must be held before the store hears of the fence. Also names the
 * keys it may change, for the guards of the cached tables.
 */
export async function holdFenceLock(
  transaction: Transaction<WriteThroughTables>,
  fence: string,
  keys: readonly string[],
  { statementTimeoutMs, idleTimeoutMs }: TransactionBounds,
): Promise<void> {
  await sql`select
    set_config('statement_timeout', ${`${statementTimeoutMs}`}, true),
    set_config('idle_in_transaction_session_timeout', ${`${idleTimeoutMs}`}, true),
    set_config('portcullis.write_keys', ${JSON.stringify(keys)}, true),
    pg_advisory_xact_lock(${fence}::bigint)`.execute(transaction);
}

/**
 * Is the transaction of this fence over? Locks are known to the server that gave them out alone, so
 * one that has taken over says no until an epoch was begun on it, and a standby fails.
 */
export async function isFenceOver(
  database: Kysely<WriteThroughTables>,
  fence: string,
): Promise<boolean> {
  const answer = await database
    .selectFrom("portcullis.authority")
    .select(sql<boolean>`pg_try_advisory_xact_lock(${fence}::bigint)`.as("over"))
    .where("timeline", "=", currentTimeline)
    .executeTakeFirst();
  return answer?.over === true;
}
