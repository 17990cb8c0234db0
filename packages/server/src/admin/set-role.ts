import type { z } from "zod";
import { auditEvent } from "../audit/audit-event.ts";
import type { Origin } from "../audit/audit-event.ts";
import type { SignedInContext } from "../context/auth-context.ts";
import type { UserSummary } from "../contract.ts";
import type { Parts } from "../parts.ts";
import { actOnUser } from "./act-on-user.ts";
import type { AuditedChange } from "./audited-change.ts";
import type { createSetRoleInput } from "./set-role-input.ts";
import { summarizeUser } from "./user-summary.ts";

/**
 * Gives a user another role. Tokens stay good and do not carry it: every call is judged by the role
 * in the user's row.
 */
export async function setRole(
  parts: Parts,
  { userId, role }: z.output<ReturnType<typeof createSetRoleInput>>,
  ctx: SignedInContext,
): Promise<UserSummary> {
  const nowMs = parts.now();
  const action = { permission: "users:set_role", toSelf: "denied", givesRole: role } as const;
  const change = changeOfRole(role, ctx, nowMs);
  return summarizeUser(await actOnUser(parts, ctx, userId, action, change), nowMs);
}

export function changeOfRole(role: string, origin: Origin, nowMs: number): AuditedChange {
  return {
    change: { role },
    describe: ({ id: userId, role: from }) =>
      auditEvent("role_changed", origin, nowMs, { from, to: role }, { userId }),
  };
}
