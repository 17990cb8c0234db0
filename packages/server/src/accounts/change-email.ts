import type { z } from "zod";
import { auditEvent } from "../audit/audit-event.ts";
import type { SignedInContext } from "../context/auth-context.ts";
import { admitForAccount } from "../limits/require-admission.ts";
import type { Parts } from "../parts.ts";
import { requireLiveSession } from "../sessions/require-live-session.ts";
import { requireRecentPassword } from "../sessions/require-recent-password.ts";
import type { changeEmailInput } from "./change-email-input.ts";

/**
 * Writes down that the user wants another address. Whether somebody has it already is found out when
 * the mail is written, so that the answer does not say who has an account here. With the user's own
 * address, while it is unverified, this asks for another mail to verify it.
 */
export async function changeEmail(
  parts: Parts,
  { email }: z.output<typeof changeEmailInput>,
  ctx: SignedInContext,
): Promise<{ accepted: true }> {
  requireRecentPassword(parts, ctx);
  await admitForAccount(parts, ctx, "email_changes_of_account", ctx.auth.user.email);
  await admitForAccount(parts, ctx, "email_changes_to_account", email);
  const event = auditEvent("email_change_requested", ctx, parts.now(), {});
  await parts.database.transact(async (transaction) => {
    const user = await requireLiveSession(parts, transaction, ctx.auth);
    await parts.mail.queue(transaction, {
      kind: "email_change_requested",
      to: email,
      userId: user.id,
      tokenVersion: user.tokenVersion,
    });
    await parts.audit.insert(transaction, event);
  });
  parts.report(event);
  parts.mail.nudge();
  return { accepted: true };
}
