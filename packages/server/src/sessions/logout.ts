import { auditEvent } from "../audit/audit-event.ts";
import type { SignedInContext } from "../context/auth-context.ts";
import type { Parts } from "../parts.ts";
import { endSessions } from "./end-sessions.ts";

/** Ends the session of the token that asks. */
export async function logout(parts: Parts, ctx: SignedInContext): Promise<{ sessionId: string }> {
  const { session } = ctx.auth;
  await endSessions(parts, [session.id], auditEvent("session_revoked", ctx, parts.now(), {}));
  ctx.refreshCookie.clear();
  return { sessionId: session.id };
}
