import { auditEvent } from "../audit/audit-event.ts";
import type { Origin } from "../audit/audit-event.ts";
import type { SignedInContext } from "../context/auth-context.ts";
import type { UserSummary } from "../contract.ts";
import type { Parts } from "../parts.ts";
import { actOnUser } from "./act-on-user.ts";
import type { AuditedChange } from "./audited-change.ts";
import type { UserIdInput } from "./user-id-input.ts";
import { summarizeUser } from "./user-summary.ts";

/** Lets a user sign in again. Their tokens of before the ban stay revoked. */
export async function unbanUser(
  parts: Parts,
  { userId }: UserIdInput,
  ctx: SignedInContext,
): Promise<UserSummary> {
  const nowMs = parts.now();
  const action = { permission: "users:ban", toSelf: "denied" } as const;
  const change = changeOfUnban(ctx, nowMs);
  return summarizeUser(await actOnUser(parts, ctx, userId, action, change), nowMs);
}

export function changeOfUnban(origin: Origin, nowMs: number): AuditedChange {
  return {
    change: { ban: null },
    describe: ({ id: userId }) => auditEvent("user_unbanned", origin, nowMs, {}, { userId }),
  };
}
