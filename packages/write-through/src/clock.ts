/** A moment by both clocks of a process. */
export interface Instant {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

/** The clocks of this process. */
export function now(): Instant {
  return { monotonicMs: performance.now(), wallMs: Date.now() };
}

/**
 * The longest time that may have passed: the monotonic clock stands still in a suspended machine,
 * the wall clock can be set back, so whichever says more is believed.
 */
export function elapsedAtMostMs(since: Instant, until: Instant): number {
  return Math.max(until.monotonicMs - since.monotonicMs, until.wallMs - since.wallMs);
}
