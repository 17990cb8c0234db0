import type { Check } from "./call.ts";
import type { LaneLog } from "./call-log.ts";

/** How a check as a whole has come through the log-out so far. */
export type CheckSummary =
  | { readonly kind: "waiting" }
  /** Some lane goes on being accepted. */
  | { readonly kind: "accepting"; readonly acceptedAfter: number }
  /** All lanes are refused; the last accepted call of all began at `lastAcceptedMs`. */
  | {
      readonly kind: "refusing";
      readonly acceptedAfter: number;
      readonly lastAcceptedMs: number | undefined;
    };

export function summarize(lanes: readonly LaneLog[], check: Check): CheckSummary {
  const ours = lanes.filter(({ lane }) => lane.check === check);
  const acceptedAfter = ours.reduce((sum, { afterReturn }) => sum + afterReturn.accepted, 0);
  const answeredAfter = ours.reduce(
    (sum, { afterReturn }) => sum + afterReturn.accepted + afterReturn.refused,
    0,
  );
  if (answeredAfter === 0) return { kind: "waiting" };
  if (ours.some(({ firstRefused }) => firstRefused === undefined) && acceptedAfter > 0) {
    return { kind: "accepting", acceptedAfter };
  }
  const lastMs = ours.flatMap(({ lastAccepted }) => lastAccepted?.beganMs ?? []);
  return {
    kind: "refusing",
    acceptedAfter,
    lastAcceptedMs: lastMs.length === 0 ? undefined : Math.max(...lastMs),
  };
}
