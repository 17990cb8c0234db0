/** The moments of a run, of `performance.now()`. */
export interface Moments {
  readonly startedMs: number;
  readonly pressedMs: number | undefined;
  readonly returnedMs: number | undefined;
  readonly nowMs: number;
}

export type Zoom = "near" | "whole";

/** What part of a run is shown: zero in the time of the run, the ends relative to it. */
export interface TimeWindow {
  readonly zeroMs: number;
  readonly fromMs: number;
  readonly toMs: number;
}

const liveMs = 5_000;
const nearBeforeMs = 400;
const nearAfterMs = 800;
const wholeMinMs = 10_000;

/**
 * Zero is the moment at which the log-out returned; before that, the moment it was asked for; before
 * that, now.
 */
export function windowOf(zoom: Zoom, moments: Moments): TimeWindow {
  const { startedMs, pressedMs, returnedMs, nowMs } = moments;
  const zeroMs = returnedMs ?? pressedMs ?? nowMs;
  if (zoom === "whole") {
    const toMs = Math.max(nowMs, startedMs + wholeMinMs) - zeroMs;
    return { zeroMs, fromMs: startedMs - zeroMs, toMs };
  }
  if (pressedMs === undefined) return { zeroMs, fromMs: -liveMs, toMs: 0 };
  if (returnedMs === undefined) {
    return { zeroMs, fromMs: -nearBeforeMs, toMs: Math.max(nearAfterMs, nowMs - zeroMs) };
  }
  const tookMs = returnedMs - pressedMs;
  return {
    zeroMs,
    fromMs: -Math.max(nearBeforeMs, tookMs * 1.1),
    toMs: Math.max(nearAfterMs, tookMs * 0.5),
  };
}
