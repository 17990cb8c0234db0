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
 * Takes the answer of a renewal. One of a lower epoch came over a slow connection and is ignored,
 * while the belief is valid. When the belief is over, Postgres has lost the higher epoch in a
 * failover, and to wait for it would be to wait for ever.
 */
export function renewed(
  belief: Belief | undefined,
  authority: Authority,
  askedAt: Instant,
  answeredAt: Instant,
  leaseMs: number,
): Belief {
  const isOlder = belief !== undefined && authority.epoch < belief.authority.epoch;
  if (isOlder && isValid(belief, leaseMs, answeredAt)) return belief;
  const isSame = belief !== undefined && isSameEpoch(belief.authority, authority);
  return {
    authority,
    askedAt,
    knownSinceMs: isSame ? belief.knownSinceMs : answeredAt.monotonicMs,
  };
}

/**
 * The number alone does not tell epochs apart: after a failover that lost an adoption, the next one
 * takes the same number. A nonce is never used twice.
 */
export function isSameEpoch(
  one: Pick<Authority, "epoch" | "nonce">,
  other: Pick<Authority, "epoch" | "nonce">,
): boolean {
  return one.epoch === other.epoch && one.nonce === other.nonce;
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
