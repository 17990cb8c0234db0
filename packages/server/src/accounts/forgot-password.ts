import type { z } from "zod";
import { auditEvent } from "../audit/audit-event.ts";
import type { AuthContext } from "../context/auth-context.ts";
import { admitForAccount } from "../limits/require-admission.ts";
import type { Parts } from "../parts.ts";
import type { forgotPasswordInput } from "./forgot-password-input.ts";

/**
 * Writes down that a reset was asked for, and looks nobody up: whether there is such a user is found
 * out when the mail is written, where nobody can time it. Nothing changes until the token comes.
 */
export async function forgotPassword(
  parts: Parts,
  { email }: z.output<typeof forgotPasswordInput>,
  ctx: AuthContext,
): Promise<{ accepted: true }> {
  await admitForAccount(parts, ctx, "resets_of_account", email);
  const event = auditEvent("password_reset_requested", ctx, parts.now(), {}, { userId: null });
  await parts.database.transact(async (transaction) => {
    await parts.mail.queue(transaction, { kind: "password_reset_requested", to: email });
    await parts.audit.insert(transaction, event);
  });
  parts.report(event);
  parts.mail.nudge();
  return { accepted: true };
}
