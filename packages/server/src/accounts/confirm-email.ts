import { z } from "zod";
import { auditEvent } from "../audit/audit-event.ts";
import type { EmailTokenFailure } from "../audit/audit-event.ts";
import type { SignedInContext } from "../context/auth-context.ts";
import type { User } from "../contract.ts";
import { PortcullisError } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { isUniqueViolation } from "../repositories/database-fault.ts";
import { deleteEmailTokens, findEmailToken, takeEmailToken } from "../repositories/email-tokens.ts";
import { deleteRegistrations } from "../repositories/registrations.ts";
import { changeUser, findUserByEmail } from "../repositories/users.ts";
import { requireLiveSession } from "../sessions/require-live-session.ts";
import { opaqueTokenSchema } from "../tokens/opaque-token-schema.ts";
import { isSecretOf, parseOpaqueToken } from "../tokens/opaque-token.ts";
import { viewUser } from "../user-view.ts";
import { mailName } from "./mail-name.ts";

export const confirmEmailInput = z.strictObject({ token: opaqueTokenSchema });

/**
 * Makes the address that the token was sent to the user's. Only the signed-in user who asked for it
 * can use the token: the owner of a mailbox who follows a stranger's link must not lend them their
 * address. Both addresses are told.
 */
export async function confirmEmail(
  parts: Parts,
  input: z.output<typeof confirmEmailInput>,
  ctx: SignedInContext,
): Promise<User> {
  const refuse = (cause: EmailTokenFailure): never => {
    parts.audit.note(auditEvent("email_change_refused", ctx, parts.now(), { cause }));
    throw new PortcullisError("email_token_invalid");
  };

  const { user } = ctx.auth;
  const token = parseOpaqueToken(input.token);
  if (token === undefined) return refuse("malformed");
  const found = await parts.database.read((database) =>
    findEmailToken(database, "change_email", token.id),
  );
  const isOwn = found?.userId === user.id && isSecretOf(token, found.secretHash);
  if (!isOwn) return refuse("unknown");
  if (found.expiresAt <= parts.now()) return refuse("expired");

  const switching = parts.cache.write([parts.cached.users.key(user.id)], async (handle) => {
    const transaction = handle.withoutPlugins();
    const before = await requireLiveSession(parts, transaction, ctx.auth);
    // Raised since it was asked for: whoever asked may be the reason.
    if (before.tokenVersion !== found.tokenVersion) return "unknown";
    if (!(await takeEmailToken(transaction, token.id))) return "unknown";
    const owner = await findUserByEmail(transaction, found.email);
    if (owner !== undefined && owner.id !== user.id) return "taken";

    const nowMs = parts.now();
    await deleteEmailTokens(transaction, user.id);
    await deleteRegistrations(transaction, found.email);
    const after = await changeUser(transaction, user.id, {
      email: found.email,
      emailVerifiedAtMs: nowMs,
    });
    if (after === undefined) throw new PortcullisError("token_revoked");
    if (before.email !== after.email) {
      const told = { kind: "email_changed", newEmail: after.email, at: nowMs } as const;
      await parts.mail.queue(transaction, { ...told, to: before.email, name: mailName(before) });
      await parts.mail.queue(transaction, { ...told, to: after.email, name: mailName(after) });
    }
    const event = auditEvent("email_changed", ctx, nowMs, {});
    await parts.audit.insert(transaction, event);
    return { after, event };
  });
  // Two users may confirm one address at once, and neither sees the other's row before it commits.
  const outcome = await switching.catch((error: unknown) => {
    if (isUniqueViolation(error)) return "taken" as const;
    throw error;
  });
  if (typeof outcome === "string") return refuse(outcome);
  parts.report(outcome.event);
  await parts.limiter.rememberOnlyAddress(outcome.after.email, ctx.address);
  parts.mail.nudge();
  return viewUser(outcome.after);
}
