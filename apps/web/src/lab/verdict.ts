import type { Call, Lane } from "./call.ts";
import type { LaneLog } from "./call-log.ts";

/** A call that should have been refused. */
export interface Violation {
  readonly lane: Lane;
  readonly call: Call;
}

/**
 * What the calls to Portcullis' own check say about the promise. Only those count that began after
 * the log-out had returned and were accepted or refused; one that was under way at that moment is
 * neither for nor against it.
 */
export type Verdict =
  /** No call that counts was answered yet. */
  | { readonly kind: "open" }
  | { readonly kind: "holds"; readonly counted: number; readonly unanswered: number }
  | {
      readonly kind: "violated";
      readonly counted: number;
      readonly accepted: number;
      /** The first ones. */
      readonly violations: readonly Violation[];
    };

export function judgeRun(lanes: readonly LaneLog[]): Verdict {
  const judged = lanes.filter(({ lane }) => lane.check === "checked");
  const sum = (count: "accepted" | "refused" | "errors"): number =>
    judged.reduce((total, { afterReturn }) => total + afterReturn[count], 0);
  const accepted = sum("accepted");
  const counted = accepted + sum("refused");
  if (counted === 0) return { kind: "open" };
  if (accepted === 0) return { kind: "holds", counted, unanswered: sum("errors") };
  const violations = judged.flatMap(({ lane, afterReturn }) =>
    afterReturn.firstAccepted.map((call) => ({ lane, call })),
  );
  return { kind: "violated", counted, accepted, violations };
}
