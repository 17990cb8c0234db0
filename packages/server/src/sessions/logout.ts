import { auditEvent } from "../audit/audit-event.ts";
import type { SignedInContext } from "../context/auth-context.ts";
import { PortcullisError } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { revokeOpenSession } from "../repositories/sessions.ts";

/** Ends the session of the token that asks. */
export async function logout(parts: Parts, ctx: SignedInContext): Promise<{ sessionId: string }> {
  const { id: sessionId } = ctx.auth.session;
  const event = auditEvent("session_revoked", ctx, parts.now(), {});
  await parts.cache.write([parts.cached.sessions.key(sessionId)], async (handle) => {
    const transaction = handle.withoutPlugins();
    // One that a confirmation has just replaced goes on in another, and must not be called ended.
    const isEnded = await revokeOpenSession(transaction, sessionId, parts.now());
    if (!isEnded) throw new PortcullisError("token_revoked");
    await parts.audit.insert(transaction, event);
  });
  parts.report(event);
  ctx.refreshCookie.clear();
  return { sessionId };
}
