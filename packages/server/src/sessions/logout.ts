import { auditEvent } from "../audit/audit-event.ts";
import type { SignedInContext } from "../context/auth-context.ts";
import type { Parts } from "../parts.ts";
import { revokeSessions } from "../repositories/sessions.ts";
import { requireLiveSession } from "./require-live-session.ts";

/** Ends the session of the token that asks. */
export async function logout(parts: Parts, ctx: SignedInContext): Promise<{ sessionId: string }> {
  const { id: sessionId } = ctx.auth.session;
  const event = auditEvent("session_revoked", ctx, parts.now(), {});
  await parts.cache.write([parts.cached.sessions.key(sessionId)], async (handle) => {
    const transaction = handle.withoutPlugins();
    // One that a confirmation has just replaced goes on in another, and must not be called ended.
    await requireLiveSession(parts, transaction, ctx.auth);
    await revokeSessions(transaction, [sessionId], parts.now());
    await parts.audit.insert(transaction, event);
  });
  parts.report(event);
  ctx.refreshCookie.clear();
  return { sessionId };
}
