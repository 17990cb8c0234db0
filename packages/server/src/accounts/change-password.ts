import type { z } from "zod";
import { auditEvent } from "../audit/audit-event.ts";
import type { SignedInContext } from "../context/auth-context.ts";
import type { TokenSet } from "../contract.ts";
import { PortcullisError } from "../errors.ts";
import { admitForAccount, admitPasswordTry } from "../limits/require-admission.ts";
import type { Parts } from "../parts.ts";
import { deleteEmailTokens } from "../repositories/email-tokens.ts";
import { changeUser, findCredentials } from "../repositories/users.ts";
import { answerTokens } from "../sessions/answer-tokens.ts";
import { openSession } from "../sessions/open-session.ts";
import { requirePlace } from "../sessions/refresh-token-place.ts";
import { requireLiveSession } from "../sessions/require-live-session.ts";
import type { changePasswordInput } from "./change-password-input.ts";
import { requireGoodPassword } from "./require-good-password.ts";
import { tellUser } from "./tell-user.ts";

/**
 * Changes the password, by the current one: a stolen access token is not enough. All sessions end,
 * for one of them may be the reason for the change; the caller gets a new one.
 */
export async function changePassword(
  parts: Parts,
  input: z.output<typeof changePasswordInput>,
  ctx: SignedInContext,
): Promise<TokenSet> {
  const place = input.refreshTokenIn ?? "body";
  requirePlace(ctx, place);
  const { user } = ctx.auth;
  const fail = (): never => {
    const cause = "wrong_password";
    parts.audit.note(auditEvent("password_change_refused", ctx, parts.now(), { cause }));
    throw new PortcullisError("invalid_credentials");
  };

  const passwordTry = await admitPasswordTry(parts, ctx, user.email);
  const found = await passwordTry.compare(async () => {
    const owner = await parts.database.read((database) => findCredentials(database, user.email));
    const isRight = await parts.passwords.verify(owner?.passwordHash, input.currentPassword);
    if (owner === undefined || owner.id !== user.id || !isRight) return undefined;
    await admitForAccount(parts, ctx, "sessions_of_account", user.email);
    return owner;
  });
  if (found === undefined) return fail();
  await passwordTry.succeeded();
  await requireGoodPassword(parts, input.newPassword, user);
  const passwordHash = await parts.passwords.hash(input.newPassword);

  const changed = await parts.cache.write([parts.cached.users.key(user.id)], async (handle) => {
    const transaction = handle.withoutPlugins();
    const held = await requireLiveSession(parts, transaction, ctx.auth);
    if (held.passwordHash !== found.passwordHash) return undefined;
    await changeUser(transaction, user.id, { passwordHash, raiseTokenVersion: true });
    await deleteEmailTokens(transaction, user.id);
    const opened = await openSession(parts, transaction, user.id, passwordHash, ctx);
    if (opened.kind === "refused") throw new PortcullisError("token_revoked");
    const nowMs = parts.now();
    const { sessionId } = opened.session.subject;
    const event = auditEvent("password_changed", ctx, nowMs, {}, { sessionId });
    await parts.audit.insert(transaction, event);
    await tellUser(parts, transaction, held, { kind: "password_changed", at: nowMs });
    return { session: opened.session, event };
  });
  if (changed === undefined) return fail();
  parts.report(changed.event);
  await parts.limiter.rememberOnlyAddress(user.email, ctx.address);
  parts.mail.nudge();
  return answerTokens(parts, ctx, changed.session, place);
}
