import type { SignedInContext } from "../context/auth-context.ts";
import { PortcullisError } from "../errors.ts";
import type { Parts } from "../parts.ts";

/**
 * Refuses a session whose password was entered too long ago: holding an access token does not show
 * that the user is there (RFC 9470, section 3).
 */
export function requireRecentPassword(parts: Parts, { auth, requestId }: SignedInContext): void {
  const { user, session } = auth;
  const { confirmationMaxAgeMs } = parts.settings;
  if (parts.now() - session.authenticatedAt <= confirmationMaxAgeMs) return;
  const event = { requestId, userId: user.id, sessionId: session.id };
  parts.report({ kind: "confirmation_required", ...event });
  throw new PortcullisError("insufficient_user_authentication", {
    facts: { maxAgeSeconds: confirmationMaxAgeMs / 1000 },
  });
}
