import { auditEvent } from "../audit/audit-event.ts";
import type { Origin } from "../audit/audit-event.ts";
import type { SignedInContext } from "../context/auth-context.ts";
import type { Parts } from "../parts.ts";
import { actOnUser } from "./act-on-user.ts";
import type { AuditedChange } from "./audited-change.ts";
import type { UserIdInput } from "./user-id-input.ts";

/** Ends every session and token of a user. */
export async function logUserOut(
  parts: Parts,
  { userId }: UserIdInput,
  ctx: SignedInContext,
): Promise<{ tokenVersion: number }> {
  const action = { permission: "users:logout", toSelf: "allowed" } as const;
  const change = changeOfLogout(ctx, parts.now());
  const { tokenVersion } = await actOnUser(parts, ctx, userId, action, change);
  return { tokenVersion };
}

export function changeOfLogout(origin: Origin, nowMs: number): AuditedChange {
  return {
    change: { raiseTokenVersion: true },
    describe: ({ id: userId }, { tokenVersion }) =>
      auditEvent("user_logged_out", origin, nowMs, { tokenVersion }, { userId }),
  };
}
