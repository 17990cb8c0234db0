import type { LimitName } from "./limit-table.ts";

/** May it go on? */
export type Admission = { readonly kind: "admitted" } | LimitRefusal;

export interface LimitRefusal {
  readonly kind: "refused";
  readonly limit: LimitName;
  /** When to try again; at least 1. */
  readonly retryAfterSeconds: number;
}

export function refuse(limit: LimitName, waitMs: number): LimitRefusal {
  return { kind: "refused", limit, retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) };
}
