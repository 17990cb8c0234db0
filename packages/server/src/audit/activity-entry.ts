import type { AuditRecord } from "../repositories/audit-list.ts";
import type { AuditDetails, AuditKind } from "./audit-event.ts";

/**
 * Which kinds a user sees of their own account, and what of the details. A user sees what became of
 * the account and what was tried on it, so as to notice a stranger. Not what was denied: it is for
 * admins, and of another's denied call it would say that somebody meant to act on the user. Nor what
 * is about no account, or about one that is gone. A ban's reason is for admins, and so is the name of
 * the service that has revoked a token.
 */
const activity: {
  readonly [Kind in AuditKind]: readonly (keyof AuditDetails[Kind])[] | "not shown";
} = {
  registration_accepted: [],
  email_verified: [],
  email_verification_refused: "not shown",
  login_succeeded: [],
  login_failed: ["cause"],
  refresh_token_reused: [],
  session_revoked: [],
  sessions_revoked: ["sessionIds"],
  logged_out_everywhere: ["tokenVersion"],
  confirmed: [],
  confirmation_failed: [],
  password_changed: [],
  password_change_refused: ["cause"],
  password_reset_requested: "not shown",
  password_reset: [],
  password_reset_refused: ["cause"],
  email_change_requested: [],
  email_changed: [],
  email_change_refused: ["cause"],
  name_changed: [],
  account_deleted: "not shown",
  user_banned: ["expiresAt"],
  user_unbanned: [],
  user_logged_out: ["tokenVersion"],
  role_changed: ["from", "to"],
  admin_created: [],
  all_tokens_revoked: "not shown",
  permission_denied: "not shown",
  key_rotated: "not shown",
  key_retired: "not shown",
  key_imported: "not shown",
  oauth_client_created: "not shown",
  oauth_client_revoked: "not shown",
};

const shownDetails = new Map<string, readonly string[]>(
  Object.entries(activity).flatMap(([kind, shown]) =>
    shown === "not shown" ? [] : [[kind, shown] as const],
  ),
);

/** The kinds of entries that a user sees of their own account. */
export const activityKinds: readonly string[] = [...shownDetails.keys()];

const nowhere = { address: null, userAgent: null, requestId: null } as const;

/** An entry about an account as its user sees it: without what tells of others. */
export function viewAsOwner(record: AuditRecord): AuditRecord {
  const { actorId, userId, kind, details } = record;
  const shown = shownDetails.get(kind) ?? [];
  const kept = Object.entries(details).filter(([name]) => shown.includes(name));
  const view = { ...record, details: Object.fromEntries(kept) };
  // Then it was done from the session of the other.
  if (actorId !== null && actorId !== userId) {
    return { ...view, ...nowhere, actorId: null, sessionId: null };
  }
  return isByService(record) ? { ...view, ...nowhere } : view;
}

/** A service that revokes a user's token calls from an address of its own. */
function isByService({ details }: AuditRecord): boolean {
  return Object.hasOwn(details, "clientId");
}
