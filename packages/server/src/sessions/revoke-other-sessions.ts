import { auditEvent } from "../audit/audit-event.ts";
import type { SignedInContext } from "../context/auth-context.ts";
import type { Parts } from "../parts.ts";
import { listLiveSessions } from "../repositories/sessions.ts";
import { endedAtOnceMax, endSessions } from "./end-sessions.ts";

/** Ends all of the user's sessions that are open now, but the one that asks. */
export async function revokeOtherSessions(
  parts: Parts,
  ctx: SignedInContext,
): Promise<{ sessionIds: string[] }> {
  const { user, session: own } = ctx.auth;
  const live = await parts.database.read((database) =>
    listLiveSessions(database, user.id, parts.now()),
  );
  const sessionIds = live.map(({ id }) => id).filter((id) => id !== own.id);
  for (let at = 0; at < sessionIds.length; at += endedAtOnceMax) {
    const batch = sessionIds.slice(at, at + endedAtOnceMax);
    const event = auditEvent("sessions_revoked", ctx, parts.now(), { sessionIds: batch });
    await endSessions(parts, batch, event);
  }
  return { sessionIds };
}
