import { auditEvent } from "../audit/audit-event.ts";
import type { SignedInContext } from "../context/auth-context.ts";
import { PortcullisError } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { changeUser } from "../repositories/users.ts";
import { requireLiveSession } from "./require-live-session.ts";

/** Ends all sessions and tokens of the user at once: they all name the token version that this leaves behind. */
export async function logoutEverywhere(
  parts: Parts,
  ctx: SignedInContext,
): Promise<{ tokenVersion: number }> {
  const { user } = ctx.auth;
  const event = await parts.cache.write([parts.cached.users.key(user.id)], async (handle) => {
    const transaction = handle.withoutPlugins();
    await requireLiveSession(parts, transaction, ctx.auth);
    const changed = await changeUser(transaction, user.id, { raiseTokenVersion: true });
    // Deleted since the token was checked, and with it everything there was to end.
    if (changed === undefined) throw new PortcullisError("token_revoked");
    const { tokenVersion } = changed;
    const raised = auditEvent("logged_out_everywhere", ctx, parts.now(), { tokenVersion });
    await parts.audit.insert(transaction, raised);
    return raised;
  });
  parts.report(event);
  ctx.refreshCookie.clear();
  return event.details;
}
