import { sql } from "kysely";
import { expect } from "vitest";
import type { TestNode } from "./start-auth.ts";

/** Resolves once so many statements in the test's database wait for another transaction's locks. */
export async function untilLockWaits({ database }: TestNode, count: number): Promise<void> {
  const countWaits = async (): Promise<number | undefined> => {
    const { rows } = await sql<{ waits: number }>`
      select count(*)::int as waits from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'
    `.execute(database);
    return rows[0]?.waits;
  };
  await expect.poll(countWaits, { interval: 10, timeout: 10_000 }).toBe(count);
}
