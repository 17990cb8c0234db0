import type { SignedIn, SignedInContext } from "../context/auth-context.ts";
import { PortcullisError } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { holdTokenEpoch } from "../repositories/realm.ts";
import type { AuthTransaction } from "../repositories/tables.ts";
import type { ListedUser } from "../repositories/user-list.ts";
import { holdUser } from "../repositories/users.ts";
import type { UserWithHash } from "../repositories/users.ts";
import { requireLiveSession } from "../sessions/require-live-session.ts";
import { requireRecentPassword } from "../sessions/require-recent-password.ts";
import { applyChange } from "./audited-change.ts";
import type { AuditedChange, ChangedUser } from "./audited-change.ts";
import { deny } from "./deny.ts";
import { isActionAllowed } from "./judge-action.ts";
import type { Action } from "./judge-action.ts";

type Outcome =
  | ({ readonly kind: "done" } & ChangedUser)
  | { readonly kind: "denied" }
  | { readonly kind: "not_found" };

/**
 * Changes a user for an admin. When this returns, every node judges the user's calls by the change.
 * Whether the admin may is judged under locks, by both users as they are then: what either of them
 * lost since the call began is lost.
 *
 * @throws PortcullisError `insufficient_user_authentication`, `permission_denied`, `user_not_found`,
 * `token_revoked`
 */
export async function actOnUser(
  parts: Parts,
  ctx: SignedInContext,
  userId: string,
  action: Action,
  change: AuditedChange,
): Promise<ListedUser> {
  requireRecentPassword(parts, ctx);
  const key = parts.cached.users.key(userId);
  const outcome = await parts.cache.write([key], async (handle): Promise<Outcome> => {
    const transaction = handle.withoutPlugins();
    const { actor, target } = await holdBoth(parts, transaction, ctx.auth, userId);
    if (!parts.roles.permits(actor.role, action.permission)) return { kind: "denied" };
    if (target === undefined) return { kind: "not_found" };
    if (!isActionAllowed(parts.roles, action, actor, target)) return { kind: "denied" };
    return { kind: "done", ...(await applyChange(parts, transaction, target, change)) };
  });
  switch (outcome.kind) {
    case "denied":
      return deny(parts, ctx, action.permission, userId);
    case "not_found":
      throw new PortcullisError("user_not_found");
    case "done":
      parts.report(outcome.event);
      return outcome.user;
  }
}

/**
 * The caller and the user acted on. Their rows are locked in the order of their ids: two admins who
 * act on each other at once would otherwise wait for each other.
 */
async function holdBoth(
  parts: Parts,
  transaction: AuthTransaction,
  auth: SignedIn,
  userId: string,
): Promise<{ actor: UserWithHash; target: UserWithHash | undefined }> {
  await holdTokenEpoch(transaction);
  if (userId < auth.user.id) await holdUser(transaction, userId, "change");
  const actor = await requireLiveSession(parts, transaction, auth);
  return { actor, target: await holdUser(transaction, userId, "change") };
}
