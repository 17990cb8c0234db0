import type { z } from "zod";
import { auditEvent } from "../audit/audit-event.ts";
import type { SignedInContext } from "../context/auth-context.ts";
import type { User } from "../contract.ts";
import { PortcullisError } from "../errors.ts";
import { admitForAccount } from "../limits/require-admission.ts";
import type { Parts } from "../parts.ts";
import { changeUser } from "../repositories/users.ts";
import { requireLiveSession } from "../sessions/require-live-session.ts";
import { viewUser } from "../user-view.ts";
import type { renameInput } from "./rename-input.ts";

export async function rename(
  parts: Parts,
  { name }: z.output<typeof renameInput>,
  ctx: SignedInContext,
): Promise<User> {
  const { user } = ctx.auth;
  await admitForAccount(parts, ctx, "renames_of_account", user.email);
  const event = auditEvent("name_changed", ctx, parts.now(), {});
  const renamed = await parts.cache.write([parts.cached.users.key(user.id)], async (handle) => {
    const transaction = handle.withoutPlugins();
    await requireLiveSession(parts, transaction, ctx.auth);
    await parts.audit.insert(transaction, event);
    return changeUser(transaction, user.id, { name });
  });
  // Deleted since the token was checked.
  if (renamed === undefined) throw new PortcullisError("token_revoked");
  parts.report(event);
  return viewUser(renamed);
}
