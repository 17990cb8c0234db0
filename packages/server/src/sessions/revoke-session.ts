import { z } from "zod";
import { auditEvent } from "../audit/audit-event.ts";
import type { SignedInContext } from "../context/auth-context.ts";
import { PortcullisError } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { deleteEmailTokens } from "../repositories/email-tokens.ts";
import { findSessionOwner } from "../repositories/sessions.ts";
import { lowerCaseUuidSchema } from "../text-rules.ts";
import { endSessions } from "./end-sessions.ts";

export const revokeSessionInput = z.strictObject({ sessionId: lowerCaseUuidSchema });

/** Ends one of the user's own sessions. Of others it says the same as of those that never were. */
export async function revokeOwnSession(
  parts: Parts,
  { sessionId }: z.output<typeof revokeSessionInput>,
  ctx: SignedInContext,
): Promise<{ sessionId: string }> {
  const owner = await parts.database.read((database) => findSessionOwner(database, sessionId));
  if (owner !== ctx.auth.user.id) throw new PortcullisError("session_not_found");
  const event = auditEvent("session_revoked", ctx, parts.now(), {}, { sessionId });
  // What a stranger in it asked for by mail must not outlive it.
  await endSessions(parts, [sessionId], event, (transaction) =>
    deleteEmailTokens(transaction, ctx.auth.user.id),
  );
  return { sessionId };
}
