import type { SubscriptionBounds } from "./subscription-options.ts";

/** Whether a subscription may begin. */
export type SlotOutcome =
  | {
      readonly kind: "taken";
      /** Gives the place back; only the first call counts. */
      readonly release: () => void;
    }
  | { readonly kind: "refused"; readonly full: "session" | "process" };

/** Counts the live subscriptions of this process. */
export interface SubscriptionSlots {
  take(sessionId: string): SlotOutcome;
}

export function createSubscriptionSlots(bounds: SubscriptionBounds): SubscriptionSlots {
  const ofSession = new Map<string, number>();
  let all = 0;

  function release(sessionId: string): void {
    all -= 1;
    const left = (ofSession.get(sessionId) ?? 0) - 1;
    if (left > 0) ofSession.set(sessionId, left);
    else ofSession.delete(sessionId);
  }

  return {
    take(sessionId) {
      const taken = ofSession.get(sessionId) ?? 0;
      if (taken >= bounds.perSessionMax) return { kind: "refused", full: "session" };
      if (all >= bounds.perProcessMax) return { kind: "refused", full: "process" };
      all += 1;
      ofSession.set(sessionId, taken + 1);
      let isTaken = true;
      return {
        kind: "taken",
        release() {
          if (isTaken) release(sessionId);
          isTaken = false;
        },
      };
    },
  };
}
