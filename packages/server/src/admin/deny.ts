import { auditEvent } from "../audit/audit-event.ts";
import type { SignedInContext } from "../context/auth-context.ts";
import { PortcullisError } from "../errors.ts";
import type { Parts } from "../parts.ts";

/**
 * Refuses a call for what the caller may not do, and notes it.
 *
 * @param userId to whom it was to be done, where that is somebody else.
 * @throws PortcullisError `permission_denied`, always.
 */
export function deny(
  parts: Parts,
  ctx: SignedInContext,
  permission: string,
  userId: string = ctx.auth.user.id,
): never {
  parts.audit.note(auditEvent("permission_denied", ctx, parts.now(), { permission }, { userId }));
  throw new PortcullisError("permission_denied", { facts: { permission } });
}
