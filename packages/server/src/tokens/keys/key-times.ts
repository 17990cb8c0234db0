/** So long before it signs a key is published: above the JWKS' max-age (5 min) and a reload (1 min). */
export const keyOverlapMs = 10 * 60_000;
/** A retired key verifies for as long as the longest access token it may have signed. */
export const verifyAfterRetirementMs = (3600 + 60) * 1000;

/** When a key is good for what. Milliseconds since 1970. */
export interface KeyTimes {
  readonly kid: string;
  readonly activatesAt: number;
  readonly retiredAt: number | null;
}

/** `next` is published and does not sign yet; `retired` signs no more, and verifies for an hour. */
export type KeyState = "next" | "active" | "retired";

export function stateOf(key: KeyTimes, nowMs: number): KeyState {
  if (key.retiredAt !== null && key.retiredAt <= nowMs) return "retired";
  return key.activatesAt <= nowMs ? "active" : "next";
}

/** When a key's last token is over. */
export function verifiesUntil({ retiredAt }: KeyTimes): number {
  return retiredAt === null ? Number.POSITIVE_INFINITY : retiredAt + verifyAfterRetirementMs;
}

/**
 * The key that signs. Where every key is still to come, because the clock of the node that made it
 * runs ahead of ours, that is the one that comes first.
 */
export function signerOf<Key extends KeyTimes>(
  keys: Iterable<Key>,
  nowMs: number,
): Key | undefined {
  const candidates = [...keys]
    .filter((key) => stateOf(key, nowMs) !== "retired")
    .toSorted((a, b) => a.activatesAt - b.activatesAt);
  return candidates.findLast((key) => key.activatesAt <= nowMs) ?? candidates[0];
}

/** Whether the signer has signed for longer than `rotationMs` and no other is to take its place. */
export function isRotationDue(
  keys: Iterable<KeyTimes>,
  rotationMs: number,
  nowMs: number,
): boolean {
  const signer = signerOf(keys, nowMs);
  return signer?.retiredAt === null && nowMs - signer.activatesAt > rotationMs;
}

/** What becomes of the keys of an algorithm when another one is to follow. */
export type SuccessionPlan =
  /** There is none: the new one signs at once. */
  | { readonly kind: "first"; readonly activatesAt: number }
  | { readonly kind: "follow"; readonly predecessor: string; readonly activatesAt: number }
  /** One follows already. */
  | { readonly kind: "waiting"; readonly kid: string; readonly activatesAt: number };

export function planSuccession(keys: readonly KeyTimes[], nowMs: number): SuccessionPlan {
  const newest = keys.find((key) => key.retiredAt === null);
  if (newest === undefined) return { kind: "first", activatesAt: nowMs };
  const { kid, activatesAt } = newest;
  if (activatesAt > nowMs) return { kind: "waiting", kid, activatesAt };
  return { kind: "follow", predecessor: kid, activatesAt: nowMs + keyOverlapMs };
}

/** Who signs when a key is taken out at once. */
export type RetirementPlan =
  /** Another one than the key: nothing changes. */
  | { readonly kind: "none" }
  /** The key was to follow this one, which goes on. */
  | { readonly kind: "continue"; readonly kid: string }
  /** This one was to follow the key, and does so now. */
  | { readonly kind: "promote"; readonly kid: string }
  /** A new key. */
  | { readonly kind: "replace" };

/** @param others the keys of its algorithm besides the key, without those that were destroyed. */
export function planRetirement(
  key: KeyTimes,
  others: readonly KeyTimes[],
  nowMs: number,
): RetirementPlan {
  if (stateOf(key, nowMs) === "retired") return { kind: "none" };
  if (key.retiredAt !== null) {
    const next = others.find((other) => other.retiredAt === null);
    return next === undefined ? { kind: "replace" } : { kind: "promote", kid: next.kid };
  }
  const before = others.find((other) => other.retiredAt === key.activatesAt);
  return before !== undefined && stateOf(before, nowMs) === "active"
    ? { kind: "continue", kid: before.kid }
    : { kind: "replace" };
}
