import { auditEvent } from "../audit/audit-event.ts";
import type { AuditEventOf, Origin } from "../audit/audit-event.ts";
import type { SignedInContext } from "../context/auth-context.ts";
import type { Parts } from "../parts.ts";
import { holdTokenEpoch, raiseTokenEpoch, realmId } from "../repositories/realm.ts";
import type { AuthTransaction } from "../repositories/tables.ts";
import { requireLiveSession } from "../sessions/require-live-session.ts";
import { requireRecentPassword } from "../sessions/require-recent-password.ts";
import { deny } from "./deny.ts";
import type { OwnPermission } from "./permissions.ts";

const permission: OwnPermission = "tokens:revoke_all";

/** Ends every session and token there is, by raising the epoch that they all name. */
export async function revokeAllTokens(
  parts: Parts,
  ctx: SignedInContext,
): Promise<{ tokenEpoch: number }> {
  requireRecentPassword(parts, ctx);
  const event = await parts.cache.write([parts.cached.realm.key(realmId)], async (handle) => {
    const transaction = handle.withoutPlugins();
    await holdTokenEpoch(transaction, "change");
    const actor = await requireLiveSession(parts, transaction, ctx.auth);
    if (!parts.roles.permits(actor.role, permission)) return undefined;
    return await raiseAuditedEpoch(parts, transaction, ctx);
  });
  if (event === undefined) return deny(parts, ctx, permission);
  parts.report(event);
  ctx.refreshCookie.clear();
  return event.details;
}

/** Raises the epoch in the caller's transaction, and writes it down with it. */
export async function raiseAuditedEpoch(
  parts: Parts,
  transaction: AuthTransaction,
  origin: Origin,
): Promise<AuditEventOf<"all_tokens_revoked">> {
  const tokenEpoch = await raiseTokenEpoch(transaction);
  const about = { userId: null };
  const event = auditEvent("all_tokens_revoked", origin, parts.now(), { tokenEpoch }, about);
  await parts.audit.insert(transaction, event);
  return event;
}
