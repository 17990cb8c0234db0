import { auditEvent } from "../audit/audit-event.ts";
import type { SignedInContext } from "../context/auth-context.ts";
import { PortcullisError } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { deleteEmailTokens } from "../repositories/email-tokens.ts";
import { endMax, listLiveSessions } from "../repositories/sessions.ts";
import { endedAtOnceMax, endSessions } from "./end-sessions.ts";

/** 1024 sessions: a user who still has others then is opening them faster than they are ended. */
const roundsMax = 32;

/**
 * Ends all of the user's sessions but the one that asks. Looks again until there is none: one that
 * is ended may just have been replaced by a confirmation.
 */
export async function revokeOtherSessions(
  parts: Parts,
  ctx: SignedInContext,
): Promise<{ sessionIds: string[] }> {
  const { user, session: own } = ctx.auth;
  const ended: string[] = [];
  for (let round = 1; round <= roundsMax; round += 1) {
    const live = await parts.database.read((database) =>
      listLiveSessions(database, user.id, parts.now(), endMax),
    );
    const others = live.map(({ id }) => id).filter((id) => id !== own.id);
    if (others.length === 0) return { sessionIds: ended };
    const batch = others.slice(0, endedAtOnceMax);
    const event = auditEvent("sessions_revoked", ctx, parts.now(), { sessionIds: batch });
    // What one of them asked for by mail must not outlive it.
    await endSessions(parts, batch, event, (transaction) =>
      deleteEmailTokens(transaction, user.id),
    );
    ended.push(...batch);
  }
  throw new PortcullisError("outcome_unknown", {
    cause: new Error("The user's other sessions did not come to an end"),
  });
}
