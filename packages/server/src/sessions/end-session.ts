import type { Parts } from "../parts.ts";
import { revokeSession } from "../repositories/sessions.ts";

/**
 * Revokes a session: when this returns, no call that starts later is accepted with its tokens, on
 * any node.
 */
export async function endSession(parts: Parts, sessionId: string): Promise<void> {
  await parts.cache.write([parts.cached.sessions.key(sessionId)], (transaction) =>
    revokeSession(transaction.withoutPlugins(), sessionId, parts.now()),
  );
}
