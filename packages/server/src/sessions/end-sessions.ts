import type { AuditEvent } from "../audit/audit-event.ts";
import type { Parts } from "../parts.ts";
import { revokeSessions } from "../repositories/sessions.ts";
import type { AuthTransaction } from "../repositories/tables.ts";

/** Most sessions that one write ends; the cache takes 32 keys. */
export const endedAtOnceMax = 32;

/**
 * Revokes sessions: when this returns, no call that starts later is accepted with their tokens, on
 * any node. What belongs to it is written in the same transaction.
 *
 * @param sessionIds 1 to {@link endedAtOnceMax}.
 */
export async function endSessions(
  parts: Parts,
  sessionIds: readonly string[],
  event: AuditEvent,
  besides: (transaction: AuthTransaction) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const keys = sessionIds.map((id) => parts.cached.sessions.key(id));
  await parts.cache.write(keys, async (handle) => {
    const transaction = handle.withoutPlugins();
    await revokeSessions(transaction, sessionIds, parts.now());
    await parts.audit.insert(transaction, event);
    await besides(transaction);
  });
  parts.report(event);
}
