import { elapsedAtMostMs, type Instant } from "../clock.ts";
import type { StoreIdentity } from "../store.ts";

/**
 * What tells an epoch from every other. The number alone does not: after a failover of Postgres that
 * lost an epoch, the next one takes the same number. A nonce is never used twice.
 */
export interface EpochName {
  readonly epoch: bigint;
  /** Null before the first epoch with a name. */
  readonly nonce: string | null;
}

/** The authority row as one SELECT saw it. */
export interface Authority extends EpochName {
  /** Null in bypass: no store is trusted. */
  readonly replid: string | null;
  /** Every process has known this epoch for a lease, so no cache of an earlier one is in use. */
  readonly settled: boolean;
  /**
   * It names the timeline of the Postgres that answered. It does not after a failover, which may
   * have lost commits: then what caches hold is older or newer than Postgres, and is not trusted.
   */
  readonly onTimeline: boolean;
}

/** What this process may take for true, and how long. */
export interface Belief {
  readonly authority: Authority;
  /** What the authority says is to be done; undefined after a failover, until somebody says anew. */
  readonly named: Trust | Bypass | undefined;
  /** When the question was sent that was answered last: validity counts from before it. */
  readonly askedAt: Instant;
  /** When this epoch was first known here: waiting counts from after the answer. */
  readonly knownSinceMs: number;
  /** The id under which the answer found this process in the list, if it did. */
  readonly listedAs: string | undefined;
}

/** One answer to a renewal: when it was asked, under which id, and when it came. */
export interface Answer {
  readonly authority: Authority;
  readonly listedAs: string | undefined;
  readonly askedAt: Instant;
  readonly answeredAt: Instant;
}

/**
 * Takes the answer of a renewal, of which one is under way at a time. A lower epoch than before is
 * taken like any other: Postgres has lost the higher one in a failover.
 */
export function renewed(
  belief: Belief | undefined,
  { authority, listedAs, askedAt, answeredAt }: Answer,
): Belief {
  const isSame = belief !== undefined && isSameEpoch(belief.authority, authority);
  return {
    authority,
    named: epochOf(authority),
    listedAs,
    askedAt,
    knownSinceMs: isSame ? belief.knownSinceMs : answeredAt.monotonicMs,
  };
}

export function isSameEpoch(one: EpochName, other: EpochName): boolean {
  return one.epoch === other.epoch && one.nonce === other.nonce;
}

/** A belief ends early by this much, for the difference between the clocks of two machines. */
export function epsilonMs(leaseMs: number): number {
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

/** An epoch with a store, as a process may act under it. */
export interface Trust extends EpochName {
  readonly identity: StoreIdentity;
}

/** An epoch without a store: reads go to Postgres, and writes need no fence. */
export interface Bypass extends EpochName {
  readonly identity: undefined;
}

function epochOf({ epoch, replid, nonce, onTimeline }: Authority): Trust | Bypass | undefined {
  if (!onTimeline) return undefined;
  if (replid === null || nonce === null) return { epoch, nonce, identity: undefined };
  return { epoch, nonce, identity: { replid, nonce } };
}
