import type { Call } from "./call.ts";

/** Most calls of a lane that are kept for the chart. */
export const callsMax = 400;

const keptBeforeMs = 1_000;
const keptAfterMs = 3_000;

/**
 * When there are too many calls, leaves out every other one of those that say the same as their
 * neighbours. What is near the log-out stays whole.
 */
export function thin(
  calls: Call[],
  pressedMs: number | undefined,
  returnedMs: number | undefined,
): Call[] {
  if (calls.length <= callsMax) return calls;
  const isNear = (call: Call): boolean =>
    pressedMs !== undefined &&
    call.beganMs > pressedMs - keptBeforeMs &&
    (returnedMs === undefined || call.beganMs < returnedMs + keptAfterMs);
  const says = (index: number): string | undefined => calls[index]?.outcome;
  const thinned = calls.filter((call, index) => {
    const isLikeNeighbours = says(index - 1) === says(index) && says(index) === says(index + 1);
    return !isLikeNeighbours || index % 2 === 0 || isNear(call);
  });
  // Where each call differs from the one before there is nothing to leave out, but the oldest.
  return thinned.slice(-callsMax);
}
