/** A moment, on the clock that never jumps and on the one that also runs while a device sleeps. */
export interface Instant {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

export function now(): Instant {
  return { monotonicMs: performance.now(), wallMs: Date.now() };
}

/**
 * Milliseconds since `start`: of the two clocks the one that says more. Some browsers stop the first
 * while the device sleeps, and anybody may set the second back.
 */
export function elapsedMs(start: Instant): number {
  const { monotonicMs, wallMs } = now();
  return Math.max(monotonicMs - start.monotonicMs, wallMs - start.wallMs);
}
