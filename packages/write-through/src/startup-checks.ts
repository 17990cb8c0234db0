import type { Kysely } from "kysely";
import type { Clock } from "./clock.ts";
import { coarseClocks } from "./clock-resolution.ts";
import { UnfitServerError } from "./errors.ts";
import { answered } from "./postgres/answered.ts";
import { isStandby } from "./postgres/standby.ts";
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

/** @throws UnfitServerError; a store that cannot be asked is judged when it is back. */
export async function checkStore(store: CacheStore): Promise<void> {
  const unfitness = await store.unfitness().catch(() => undefined);
  if (unfitness !== undefined) throw new UnfitServerError(unfitness);
}
