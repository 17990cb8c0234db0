import { auditEvent } from "../audit/audit-event.ts";
import type { Caller } from "../context/auth-context.ts";
import type { Parts } from "../parts.ts";
import { endMax, listLiveSessions } from "../repositories/sessions.ts";
import { endedAtOnceMax, endSessions } from "./end-sessions.ts";

/**
 * Ends a user's oldest sessions above the most that one may have, of logins at the same time too;
 * never the one just opened, which others of the same millisecond may precede.
 */
export async function endOldestSessions(
  parts: Parts,
  { userId, sessionId }: { readonly userId: string; readonly sessionId: string },
  caller: Caller,
): Promise<void> {
  const live = await parts.database.read((database) =>
    listLiveSessions(database, userId, parts.now(), endMax),
  );
  const others = live.map(({ id }) => id).filter((id) => id !== sessionId);
  const sessionIds = others.slice(parts.settings.sessionsPerUserMax - 1);
  for (let at = 0; at < sessionIds.length; at += endedAtOnceMax) {
    const batch = sessionIds.slice(at, at + endedAtOnceMax);
    const about = { userId, sessionId: null };
    const event = auditEvent("sessions_revoked", caller, parts.now(), { sessionIds: batch }, about);
    await endSessions(parts, batch, event);
  }
}
