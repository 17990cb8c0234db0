import type { AuditDetails, AuditEntry, AuditKind } from "@portcullis/server";
import type { Tone } from "../ui/notice.tsx";
import { sayExactly } from "../ui/time.tsx";

/** An entry of the audit log in words that fit both its user and an admin. */
export interface EventDescription {
  /** What happened, without a full stop: "Signed in" for instance. */
  readonly title: string;
  /** What there is to say besides: a reason for instance. */
  readonly detail?: string;
  /** How much it asks for attention; absent for what is usual. */
  readonly tone?: Tone;
}

/** Says what an entry of the audit log tells. Of a kind that this page does not know it says the name. */
export function describeEvent({
  kind,
  outcome,
  details,
}: Pick<AuditEntry, "kind" | "outcome" | "details">): EventDescription {
  if (!isKnown(kind)) {
    return {
      title: sayName(kind),
      ...(outcome === "refused" && { detail: "It was refused", tone: "warn" }),
    };
  }
  const wording: EventDescription | ((details: never) => EventDescription) = wordings[kind];
  // The server writes details by the same types that the table is made of.
  return typeof wording === "function" ? wording(details as never) : wording;
}

/** A name of the API for people: `login_failed` becomes "Login failed". */
function sayName(name: string): string {
  const words = name.replaceAll("_", " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

type Wording<Kind extends AuditKind> =
  | EventDescription
  | ((details: Partial<AuditDetails[Kind]>) => EventDescription);

const loginFailures: Readonly<Record<AuditDetails["login_failed"]["cause"], string>> = {
  unknown_email: "No account has this email",
  wrong_password: "The password was wrong",
  banned: "The account is banned",
  unverified: "The email is not verified yet",
  account_changed: "The account was changed at the same moment",
};

type LinkFailure = AuditDetails["email_verification_refused"]["cause"];

const linkFailures: Readonly<Record<LinkFailure, string>> = {
  malformed: "The link was cut off or mistyped",
  unknown: "The link was used before, replaced by a newer one, or never sent",
  expired: "The link was too old",
  wrong_password: "The password was wrong",
  taken: "Another account has this email by now",
};

function refused<Cause extends string>(title: string, causes: Readonly<Record<Cause, string>>) {
  return ({ cause }: { readonly cause?: Cause }): EventDescription => ({
    title,
    // The server may be newer than the page and know more causes.
    ...(cause !== undefined && { detail: causes[cause] ?? sayName(cause) }),
    tone: "warn",
  });
}

function about(title: string, value: string | undefined): EventDescription {
  return { title, ...(value !== undefined && { detail: value }) };
}

const wordings: { readonly [Kind in AuditKind]: Wording<Kind> } = {
  registration_accepted: { title: "Account created" },
  email_verified: { title: "Email verified", tone: "good" },
  email_verification_refused: refused("Email not verified", linkFailures),
  login_succeeded: { title: "Signed in" },
  login_failed: refused("Sign-in refused", loginFailures),
  refresh_token_reused: {
    title: "Copied session ended",
    detail: "A refresh token came a second time, so somebody may have had a copy of it",
    tone: "bad",
  },
  session_revoked: { title: "Device signed out" },
  sessions_revoked: ({ sessionIds }) => ({
    title:
      sessionIds === undefined
        ? "Devices signed out"
        : sessionIds.length === 1
          ? "1 device signed out"
          : `${sessionIds.length} devices signed out`,
  }),
  logged_out_everywhere: { title: "Signed out everywhere" },
  confirmed: { title: "Password entered again" },
  confirmation_failed: {
    title: "Password not confirmed",
    detail: "The password was wrong",
    tone: "warn",
  },
  password_changed: { title: "Password changed", detail: "Every other device was signed out" },
  password_change_refused: refused("Password not changed", {
    wrong_password: "The current password was wrong",
  }),
  password_reset_requested: { title: "Asked for a new password", detail: "A link was mailed" },
  password_reset: {
    title: "Password set anew by a mailed link",
    detail: "Every device was signed out",
  },
  password_reset_refused: refused("New password refused", linkFailures),
  email_change_requested: { title: "Asked for another email", detail: "A link was mailed to it" },
  email_changed: { title: "Email changed" },
  email_change_refused: refused("Email not changed", linkFailures),
  name_changed: { title: "Name changed" },
  account_deleted: { title: "Account deleted" },
  user_banned: ({ reason, expiresAt }) => ({
    title:
      typeof expiresAt === "string" ? `Banned until ${sayExactly(new Date(expiresAt))}` : "Banned",
    ...(reason !== undefined && { detail: reason }),
    tone: "bad",
  }),
  user_unbanned: { title: "Ban lifted", tone: "good" },
  user_logged_out: { title: "Signed out everywhere by an admin" },
  role_changed: ({ from, to }) =>
    about("Role changed", from && to ? `From ${from} to ${to}` : undefined),
  admin_created: { title: "Made an admin on the command line", tone: "info" },
  all_tokens_revoked: { title: "All tokens of all users revoked", tone: "bad" },
  permission_denied: ({ permission }) => ({
    ...about("Permission denied", permission && `It takes ${permission}`),
    tone: "warn",
  }),
  key_rotated: ({ kid }) => about("Signing key replaced", kid && `The new one is ${kid}`),
  key_retired: ({ kid }) => about("Signing key retired", kid),
  key_imported: ({ kid }) => about("Signing key imported", kid),
  oauth_client_created: ({ clientId }) => about("Service admitted", clientId),
  oauth_client_revoked: ({ clientId }) => about("Service shut out", clientId),
};

function isKnown(kind: string): kind is AuditKind {
  return Object.hasOwn(wordings, kind);
}
