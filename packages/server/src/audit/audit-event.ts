import type { Caller, SignedIn } from "../context/auth-context.ts";

/** Why a login was refused. Clients see `invalid_credentials` for all of them. */
export type LoginFailure =
  | "unknown_email"
  | "wrong_password"
  | "banned"
  | "unverified"
  | "account_changed";

/** Why a link of a mail was refused. Clients see `email_token_invalid`. */
export type EmailTokenFailure = "malformed" | "unknown" | "expired" | "wrong_password" | "taken";

/** What an audited event tells besides who, where and when, by its kind. */
export interface AuditDetails {
  registration_accepted: object;
  email_verified: object;
  email_verification_refused: { readonly cause: EmailTokenFailure };
  login_succeeded: object;
  login_failed: { readonly cause: LoginFailure };
  refresh_token_reused: object;
  session_revoked: object;
  sessions_revoked: { readonly sessionIds: readonly string[] };
  logged_out_everywhere: { readonly tokenVersion: number };
  confirmed: object;
  confirmation_failed: object;
  password_changed: object;
  password_change_refused: { readonly cause: "wrong_password" };
  password_reset_requested: object;
  password_reset: object;
  password_reset_refused: { readonly cause: EmailTokenFailure };
  email_change_requested: object;
  email_changed: object;
  email_change_refused: { readonly cause: EmailTokenFailure };
  name_changed: object;
  account_deleted: object;
  user_banned: { readonly reason: string; readonly expiresAt: string | null };
  user_unbanned: object;
  user_logged_out: { readonly tokenVersion: number };
  role_changed: { readonly from: string; readonly to: string };
  admin_created: object;
  all_tokens_revoked: { readonly tokenEpoch: number };
  permission_denied: { readonly permission: string };
  key_rotated: { readonly kid: string };
  key_retired: { readonly kid: string };
  key_imported: { readonly kid: string };
  oauth_client_created: { readonly clientId: string };
  oauth_client_revoked: { readonly clientId: string };
}

export type AuditKind = keyof AuditDetails;

/** Every audited kind and its outcome. */
const auditOutcomes: Readonly<Record<AuditKind, "success" | "refused">> = {
  registration_accepted: "success",
  email_verified: "success",
  email_verification_refused: "refused",
  login_succeeded: "success",
  login_failed: "refused",
  refresh_token_reused: "refused",
  session_revoked: "success",
  sessions_revoked: "success",
  logged_out_everywhere: "success",
  confirmed: "success",
  confirmation_failed: "refused",
  password_changed: "success",
  password_change_refused: "refused",
  password_reset_requested: "success",
  password_reset: "success",
  password_reset_refused: "refused",
  email_change_requested: "success",
  email_changed: "success",
  email_change_refused: "refused",
  name_changed: "success",
  account_deleted: "success",
  user_banned: "success",
  user_unbanned: "success",
  user_logged_out: "success",
  role_changed: "success",
  admin_created: "success",
  all_tokens_revoked: "success",
  permission_denied: "refused",
  key_rotated: "success",
  key_retired: "success",
  key_imported: "success",
  oauth_client_created: "success",
  oauth_client_revoked: "success",
};

/** A security event of one kind: what the audit log keeps and `onEvent` is told. */
export interface AuditEventOf<Kind extends AuditKind> {
  readonly kind: Kind;
  readonly outcome: "success" | "refused";
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** Who did it; `null` when nobody was signed in, or an operator did it at the console. */
  readonly actorId: string | null;
  /** Whose account it is about; `null` for an unknown one, and for events about all. */
  readonly userId: string | null;
  /** The session it was done from, or that it is about. */
  readonly sessionId: string | null;
  readonly address: string | null;
  readonly userAgent: string | null;
  /** `null` for what no request asked for. */
  readonly requestId: string | null;
  readonly details: AuditDetails[Kind];
}

/** A security event. Never carries an email, a password, a token or a hash. */
export type AuditEvent = { [Kind in AuditKind]: AuditEventOf<Kind> }[AuditKind];

/** Who asked for what an event tells: a call, or an operator at the console. */
export type Origin = (Caller & { readonly auth?: SignedIn }) | "console";

/** Puts an event together. `userId` and `sessionId` are those of the caller unless told otherwise. */
export function auditEvent<Kind extends AuditKind>(
  kind: Kind,
  origin: Origin,
  atMs: number,
  details: AuditDetails[Kind],
  about: { readonly userId?: string | null; readonly sessionId?: string | null } = {},
): AuditEventOf<Kind> {
  const caller = origin === "console" ? undefined : origin;
  const auth = caller?.auth;
  return {
    kind,
    outcome: auditOutcomes[kind],
    atMs,
    actorId: auth?.user.id ?? null,
    userId: about.userId === undefined ? (auth?.user.id ?? null) : about.userId,
    sessionId: about.sessionId === undefined ? (auth?.session.id ?? null) : about.sessionId,
    address: caller?.address ?? null,
    userAgent: caller?.userAgent ?? null,
    requestId: caller?.requestId ?? null,
    details,
  };
}
