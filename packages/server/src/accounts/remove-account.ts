import { deny } from "../admin/deny.ts";
import { adminRole } from "../admin/permissions.ts";
import { auditEvent } from "../audit/audit-event.ts";
import type { SignedIn, SignedInContext } from "../context/auth-context.ts";
import type { Parts } from "../parts.ts";
import { holdTokenEpoch } from "../repositories/realm.ts";
import { deleteRegistrationsOf } from "../repositories/registrations.ts";
import type { AuthTransaction } from "../repositories/tables.ts";
import { deleteUser, isRoleOfAnother } from "../repositories/users.ts";
import type { UserRecord } from "../repositories/users.ts";
import { requireLiveSession } from "../sessions/require-live-session.ts";
import { requireRecentPassword } from "../sessions/require-recent-password.ts";
import { tellUser } from "./tell-user.ts";

/**
 * Deletes the user. Tokens name a user who is gone from then on; ids are random and never come again,
 * so not even an account made anew with the same email accepts them.
 *
 * @throws PortcullisError `insufficient_user_authentication`, `token_revoked`; `permission_denied`
 * for the last admin.
 */
export async function removeAccount(
  parts: Parts,
  ctx: SignedInContext,
): Promise<{ userId: string }> {
  requireRecentPassword(parts, ctx);
  const { id: userId } = ctx.auth.user;
  const event = auditEvent("account_deleted", ctx, parts.now(), {});
  const key = parts.cached.users.key(userId);
  const outcome = await parts.cache.write([key], async (handle) => {
    const transaction = handle.withoutPlugins();
    const user = await holdLeaver(parts, transaction, ctx.auth);
    if (user === undefined) return "denied";
    await deleteUser(transaction, userId);
    await deleteRegistrationsOf(transaction, userId);
    await tellUser(parts, transaction, user, { kind: "account_deleted", at: parts.now() });
    await parts.audit.insert(transaction, event);
    return "done";
  });
  // What they lack is the same as for giving the role up: somebody else to whom it is left.
  if (outcome === "denied") return deny(parts, ctx, "users:set_role");
  parts.report(event);
  parts.mail.nudge();
  ctx.refreshCookie.clear();
  return { userId };
}

/**
 * The caller's user, unless they are the last admin, after whom nobody could make another. Admins
 * leave one at a time, and none is banned or demoted meanwhile: of two who leave at once, one stays.
 */
async function holdLeaver(
  parts: Parts,
  transaction: AuthTransaction,
  auth: SignedIn,
): Promise<UserRecord | undefined> {
  const mayBeLast = auth.user.role === adminRole;
  if (mayBeLast) await holdTokenEpoch(transaction, "change");
  const user = await requireLiveSession(parts, transaction, auth);
  if (user.role !== adminRole) return user;
  // Who became an admin while the call was under way did not wait for the others: they call again.
  const isAnotherLeft =
    mayBeLast && (await isRoleOfAnother(transaction, adminRole, user.id, parts.now()));
  return isAnotherLeft ? user : undefined;
}
