import { auditEvent } from "../audit/audit-event.ts";
import type { SignedInContext } from "../context/auth-context.ts";
import type { Parts } from "../parts.ts";
import { deleteRegistrationsOf } from "../repositories/registrations.ts";
import { deleteUser } from "../repositories/users.ts";
import { requireLiveSession } from "../sessions/require-live-session.ts";
import { requireRecentPassword } from "../sessions/require-recent-password.ts";
import { tellUser } from "./tell-user.ts";

/**
 * Deletes the user. Tokens name a user who is gone from then on; ids are random and never come again,
 * so not even an account made anew with the same email accepts them.
 */
export async function removeAccount(
  parts: Parts,
  ctx: SignedInContext,
): Promise<{ userId: string }> {
  requireRecentPassword(parts, ctx);
  const { id: userId } = ctx.auth.user;
  const event = auditEvent("account_deleted", ctx, parts.now(), {});
  await parts.cache.write([parts.cached.users.key(userId)], async (handle) => {
    const transaction = handle.withoutPlugins();
    const user = await requireLiveSession(parts, transaction, ctx.auth);
    await deleteUser(transaction, userId);
    await deleteRegistrationsOf(transaction, userId);
    await tellUser(parts, transaction, user, { kind: "account_deleted", at: parts.now() });
    await parts.audit.insert(transaction, event);
  });
  parts.report(event);
  parts.mail.nudge();
  ctx.refreshCookie.clear();
  return { userId };
}
