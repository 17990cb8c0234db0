import type { z } from "zod";
import { auditEvent } from "../audit/audit-event.ts";
import type { SignedInContext } from "../context/auth-context.ts";
import type { TokenSet } from "../contract.ts";
import { PortcullisError } from "../errors.ts";
import { admitForAccount, admitPasswordTry } from "../limits/require-admission.ts";
import type { Parts } from "../parts.ts";
import { revokeSessions } from "../repositories/sessions.ts";
import { findCredentials } from "../repositories/users.ts";
import { answerTokens } from "./answer-tokens.ts";
import type { confirmInput } from "./confirm-input.ts";
import { openSession } from "./open-session.ts";
import { requireLiveSession } from "./require-live-session.ts";
import { requirePlace } from "./refresh-token-place.ts";

/**
 * Authenticates the user again (RFC 9470). The session is replaced and not renewed, so that tokens
 * taken before the password was entered do not gain by it.
 */
export async function confirm(
  parts: Parts,
  input: z.output<typeof confirmInput>,
  ctx: SignedInContext,
): Promise<TokenSet> {
  const place = input.refreshTokenIn ?? "body";
  requirePlace(ctx, place);
  const { user, session: previous } = ctx.auth;
  const fail = (): never => {
    parts.audit.note(auditEvent("confirmation_failed", ctx, parts.now(), {}));
    throw new PortcullisError("invalid_credentials");
  };

  const passwordTry = await admitPasswordTry(parts, ctx, user.email);
  const opening = await passwordTry.compare(async () => {
    const found = await parts.database.read((database) => findCredentials(database, user.email));
    const isRight = await parts.passwords.verify(found?.passwordHash, input.password);
    if (found === undefined || found.id !== user.id || !isRight) return undefined;
    await admitForAccount(parts, ctx, "sessions_of_account", user.email);

    return parts.cache.write([parts.cached.sessions.key(previous.id)], async (handle) => {
      const transaction = handle.withoutPlugins();
      await requireLiveSession(parts, transaction, ctx.auth);
      const opened = await openSession(parts, transaction, user.id, found.passwordHash, ctx);
      if (opened.kind === "refused") return undefined;
      await revokeSessions(transaction, [previous.id], parts.now());
      const { sessionId } = opened.session.subject;
      const event = auditEvent("confirmed", ctx, parts.now(), {}, { sessionId });
      await parts.audit.insert(transaction, event);
      return { session: opened.session, event };
    });
  });
  if (opening === undefined) return fail();
  parts.report(opening.event);
  await passwordTry.succeeded();
  return answerTokens(parts, ctx, opening.session, place);
}
