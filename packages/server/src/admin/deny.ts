import { auditEvent } from "../audit/audit-event.ts";
import type { SignedInContext } from "../context/auth-context.ts";
import { PortcullisError } from "../errors.ts";
import type { Parts } from "../parts.ts";

/**
 * Refuses a call for what the caller may not do, and notes it: in the audit log so often as one user
 * may, and always for `onEvent`.
 *
 * @param userId to whom it was to be done, where that is somebody else.
 * @throws PortcullisError `permission_denied`, always.
 */
export async function deny(
  parts: Parts,
  ctx: SignedInContext,
  permission: string,
  userId: string = ctx.auth.user.id,
): Promise<never> {
  const event = auditEvent("permission_denied", ctx, parts.now(), { permission }, { userId });
  const admission = await parts.limiter.admitDenial(ctx.auth.user.id, permission);
  if (admission.kind === "admitted") parts.audit.note(event);
  else parts.report(event);
  throw new PortcullisError("permission_denied", { facts: { permission } });
}
