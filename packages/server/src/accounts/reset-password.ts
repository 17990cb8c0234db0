import type { z } from "zod";
import { auditEvent } from "../audit/audit-event.ts";
import type { EmailTokenFailure } from "../audit/audit-event.ts";
import type { AuthContext } from "../context/auth-context.ts";
import { PortcullisError } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { deleteEmailTokens, findEmailToken, takeEmailToken } from "../repositories/email-tokens.ts";
import { deleteRegistrations } from "../repositories/registrations.ts";
import { changeUser, holdUser, loadUser } from "../repositories/users.ts";
import { isSecretOf, parseOpaqueToken } from "../tokens/opaque-token.ts";
import { mailName } from "./mail-name.ts";
import { requireGoodPassword } from "./require-good-password.ts";
import type { resetPasswordInput } from "./reset-password-input.ts";

/**
 * Sets a new password by the token of a mail, and signs nobody in: a mailbox is no second password.
 * All sessions end, and so do all other tokens that were mailed: whoever had the account may have
 * asked for them.
 */
export async function resetPassword(
  parts: Parts,
  input: z.output<typeof resetPasswordInput>,
  ctx: AuthContext,
): Promise<{ changed: true }> {
  const refuse = (cause: EmailTokenFailure, userId: string | null = null): never => {
    parts.audit.note(auditEvent("password_reset_refused", ctx, parts.now(), { cause }, { userId }));
    throw new PortcullisError("email_token_invalid");
  };

  const token = parseOpaqueToken(input.token);
  if (token === undefined) return refuse("malformed");
  const found = await parts.database.read((database) =>
    findEmailToken(database, "reset_password", token.id),
  );
  if (found === undefined || !isSecretOf(token, found.secretHash)) return refuse("unknown");
  const { userId } = found;
  if (found.expiresAt <= parts.now()) return refuse("expired", userId);
  const user = await parts.database.read((database) => loadUser(database, userId));
  if (user === undefined || user.email !== found.email) return refuse("unknown", userId);
  await requireGoodPassword(parts, input.newPassword, user);
  const passwordHash = await parts.passwords.hash(input.newPassword);

  const event = await parts.cache.write([parts.cached.users.key(userId)], async (handle) => {
    const transaction = handle.withoutPlugins();
    const held = await holdUser(transaction, userId, "change");
    // The address may have changed hands meanwhile, and the token was sent to the old one.
    if (held === undefined || held.email !== found.email) return undefined;
    if (!(await takeEmailToken(transaction, token.id))) return undefined;
    const nowMs = parts.now();
    await deleteEmailTokens(transaction, userId);
    await deleteRegistrations(transaction, held.email);
    await changeUser(transaction, userId, {
      passwordHash,
      emailVerifiedAtMs: held.emailVerifiedAt ?? nowMs,
      raiseTokenVersion: true,
    });
    await parts.mail.queue(transaction, {
      kind: "password_changed",
      to: held.email,
      name: mailName(held),
      at: nowMs,
    });
    const reset = auditEvent("password_reset", ctx, nowMs, {}, { userId });
    await parts.audit.insert(transaction, reset);
    return reset;
  });
  if (event === undefined) return refuse("unknown", userId);
  parts.report(event);
  await parts.limiter.rememberOnlyAddress(found.email, ctx.address);
  parts.mail.nudge();
  return { changed: true };
}
