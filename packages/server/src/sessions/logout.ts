import type { SignedIn } from "../context/auth-context.ts";
import type { Parts } from "../parts.ts";
import { endSession } from "./end-session.ts";

/** Ends the session of the token that asks. */
export async function logout(
  parts: Parts,
  { user, session }: SignedIn,
  requestId: string,
): Promise<{ sessionId: string }> {
  await endSession(parts, session.id);
  const ids = { userId: user.id, sessionId: session.id };
  parts.report({ kind: "session_revoked", requestId, ...ids });
  return { sessionId: session.id };
}
