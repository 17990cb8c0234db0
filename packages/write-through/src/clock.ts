/** A moment by both clocks of a process. */
export interface Instant {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

/** The time of a process, and waiting for it to pass. */
export interface Clock {
  now(): Instant;
  /** Resolves after so long, or when `signal` is aborted. Does not keep the process alive. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/**
 * The longest time that may have passed: the monotonic clock stands still in a suspended machine,
 * the wall clock can be set back, so whichever says more is believed.
 */
export function elapsedAtMostMs(since: Instant, until: Instant): number {
  return Math.max(until.monotonicMs - since.monotonicMs, until.wallMs - since.wallMs);
}
