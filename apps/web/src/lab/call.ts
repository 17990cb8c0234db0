/** How a call's token was judged: by Portcullis, or in one of the two usual ways. */
export type Check = "checked" | "stateless" | "cached";

export const checks: readonly Check[] = ["checked", "stateless", "cached"];

/** One call that was answered, or given up. Times are of `performance.now()`. */
export interface Call {
  readonly beganMs: number;
  readonly endedMs: number;
  /** `error`: neither accepted nor refused, because no answer came or it was about something else. */
  readonly outcome: "accepted" | "refused" | "error";
  /** Why it was refused, or what went wrong. */
  readonly reason?: string;
}

/** The calls of one device to one check. */
export interface Lane {
  /** Counts from 1. */
  readonly device: number;
  readonly node: string;
  readonly check: Check;
}

const refusals: ReadonlySet<string> = new Set([
  "token_invalid",
  "token_expired",
  "token_revoked",
  "refresh_token_invalid",
  "refresh_token_reused",
]);

/** What a typed error of the service says about the token: that it is refused, or nothing. */
export function outcomeOf(reason: string): "refused" | "error" {
  return refusals.has(reason) ? "refused" : "error";
}
