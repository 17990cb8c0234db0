import type { Instant } from "./clock.ts";

/** Of a clock that never moves, no more than this is waited for; about 30 ms of looking. */
const maxSamples = 300_000;
const longestLookMs = 50;
/** On a busy machine a step may be the time for which this process was not running: look at more. */
const leastMoves = 4;

/**
 * Watches both clocks for about 50 ms.
 *
 * @returns those that were not seen to move on by `limitMs` or less.
 */
export function coarseClocks(now: () => Instant, limitMs: number): ("monotonic" | "wall")[] {
  const start = now();
  let last = start;
  let [monotonicStepMs, wallStepMs] = [Infinity, Infinity];
  let [monotonicMoves, wallMoves] = [0, 0];
  for (let sample = 0; sample < maxSamples; sample += 1) {
    const at = now();
    monotonicStepMs = smallerStep(monotonicStepMs, last.monotonicMs, at.monotonicMs);
    wallStepMs = smallerStep(wallStepMs, last.wallMs, at.wallMs);
    if (at.monotonicMs !== last.monotonicMs) monotonicMoves += 1;
    if (at.wallMs !== last.wallMs) wallMoves += 1;
    last = at;
    if (monotonicStepMs <= limitMs && wallStepMs <= limitMs) break;
    const longestMs = Math.max(at.monotonicMs - start.monotonicMs, at.wallMs - start.wallMs);
    if (longestMs > longestLookMs && Math.min(monotonicMoves, wallMoves) >= leastMoves) break;
  }
  return [
    ...(monotonicStepMs > limitMs ? (["monotonic"] as const) : []),
    ...(wallStepMs > limitMs ? (["wall"] as const) : []),
  ];
}

/** The wall clock may also be set back while it is watched. */
function smallerStep(smallestMs: number, fromMs: number, toMs: number): number {
  return toMs === fromMs ? smallestMs : Math.min(smallestMs, Math.abs(toMs - fromMs));
}
