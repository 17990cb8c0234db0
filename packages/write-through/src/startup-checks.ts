import type { Kysely } from "kysely";
import type { Clock } from "./clock.ts";
import { coarseClocks } from "./clock-resolution.ts";
import { InvalidOptionsError, UnfitServerError } from "./errors.ts";
import { answered } from "./postgres/answered.ts";
import { otherLeaseMs } from "./postgres/node-list.ts";
import { isStandby } from "./postgres/standby.ts";
import { asWriteThrough } from "./postgres/tables.ts";
import { epsilonMs } from "./protocol/belief.ts";
import type { CacheStore } from "./store.ts";

/** @throws UnfitServerError when the clocks cannot tell when a lease is over. */
export function checkClocks(clock: Pick<Clock, "now">, leaseMs: number): void {
  // Half of what a lease ends early; the other half is for clocks that run at different rates.
  const limitMs = epsilonMs(leaseMs) / 2;
  const [coarse] = coarseClocks(() => clock.now(), limitMs);
  if (coarse === undefined) return;
  throw new UnfitServerError(
    `The ${coarse} clock of this process does not move in steps of ${limitMs} ms or less: ` +
      "choose a longer leaseMs, or a machine with finer clocks; a test must leave the clocks alone",
  );
}

/**
 * @throws UnfitServerError when the database is a standby.
 * @throws DeadlineError or DatabaseUnavailableError when it cannot be asked.
 */
export async function checkPrimary<Database>(
  database: Kysely<Database>,
  timeoutMs: number,
): Promise<void> {
  if (!(await answered(isStandby(database), timeoutMs))) return;
  throw new UnfitServerError("This Postgres is a standby: give the URL of its primary");
}

/**
 * To be called when this process is in the list itself, so that of two that start at once each finds
 * the other.
 *
 * @throws InvalidOptionsError when another process in the list has another lease: a writer would
 *   wait for one lease, and the other process use its memory for the longer one.
 * @throws DeadlineError or DatabaseUnavailableError when the list cannot be read.
 */
export async function checkLease<Database>(
  database: Kysely<Database>,
  leaseMs: number,
  timeoutMs: number,
): Promise<void> {
  const otherMs = await answered(otherLeaseMs(asWriteThrough(database), leaseMs), timeoutMs);
  if (otherMs === undefined) return;
  throw new InvalidOptionsError(
    `leaseMs is ${leaseMs} here and ${otherMs} in another process: give both the same, or stop the ` +
      "other first. If it was killed, write something through the cache as it was, or delete its " +
      "row from portcullis.node when its lease is over",
  );
}

/** @throws UnfitServerError; a store that cannot be asked is judged when it is back. */
export async function checkStore(store: CacheStore): Promise<void> {
  const unfitness = await store.unfitness().catch(() => undefined);
  if (unfitness !== undefined) throw new UnfitServerError(unfitness);
}
