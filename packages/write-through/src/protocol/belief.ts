import { elapsedAtMostMs, type Instant } from "../clock.ts";
import type { StoreIdentity } from "../store.ts";

/** The authority row as one SELECT saw it. */
export interface Authority {
  readonly epoch: bigint;
  /** Both null: no store is trusted. */
  readonly replid: string | null;
  readonly nonce: string | null;
  /** Every process has known this epoch for a lease, so no cache of an earlier one is in use. */
  readonly settled: boolean;
  /**
   * It names the timeline of the Postgres that answered. It does not after a failover, which may
   * have lost commits: then what the store holds is older or newer than Postgres, and is not trusted.
   */
  readonly onTimeline: boolean;
}

/** What this process may take for true, and how long. */
export interface Belief {
  readonly authority: Authority;
  /** When the question was sent that was answered last: validity counts from before it. */
  readonly askedAt: Instant;
  /** When this epoch was first known here: waiting counts from after the answer. */
  readonly knownSinceMs: number;
}

/**
 * Takes the answer of a renewal. An answer older than what is known, from a connection that was
 * slow or a Postgres that was replaced, is ignored.
 */
export function renewed(
  belief: Belief | undefined,
  authority: Authority,
  askedAt: Instant,
  answeredAt: Instant,
): Belief {
  const isOlder = belief !== undefined && authority.epoch < belief.authority.epoch;
  if (isOlder) return belief;
  const isSame = belief?.authority.epoch === authority.epoch;
  return {
    authority,
    askedAt,
    knownSinceMs: isSame ? belief.knownSinceMs : answeredAt.monotonicMs,
  };
}

/** Ends early by this much, for the difference between the clocks of two machines. */
function epsilonMs(leaseMs: number): number {
  return Math.max(5, leaseMs * 0.01);
}

export function isValid(belief: Belief, leaseMs: number, at: Instant): boolean {
  return elapsedAtMostMs(belief.askedAt, at) < leaseMs - epsilonMs(leaseMs);
}

/** How long a writer has yet to wait until no process can hold an earlier belief. */
export function unsettledMs(
  { authority, knownSinceMs }: Belief,
  leaseMs: number,
  at: Instant,
): number {
  if (authority.settled) return 0;
  return Math.max(0, knownSinceMs + leaseMs - at.monotonicMs);
}

/** The store to use, or undefined when none is trusted. */
export function identityOf({ replid, nonce, onTimeline }: Authority): StoreIdentity | undefined {
  return replid === null || nonce === null || !onTimeline ? undefined : { replid, nonce };
}
