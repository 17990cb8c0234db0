import type { AuditEvent } from "./audit/audit-event.ts";
import type { ErrorCode } from "./error-codes.ts";
import type { LimitEvent } from "./limits/limiter.ts";
import type { MailEvent } from "./mail/mail-events.ts";
import type { BreachSourceFailed } from "./passwords/password-policy.ts";

/** Why an access token that we signed is no longer accepted. Clients see `token_revoked`. */
export type RefusalCause =
  | "user_missing"
  | "user_banned"
  | "user_unverified"
  | "version_changed"
  | "epoch_changed"
  | "session_missing"
  | "session_foreign"
  | "session_revoked"
  | "session_over";

/** Why a refresh token was refused. Clients see `refresh_token_invalid`. */
export type RefreshRefusal = "malformed" | "unknown" | "expired" | "session_ended";

/**
 * What happened: security events, which are in the audit log too, and what operators want to know
 * besides. Never carries an email, a password, a token or a hash. The events of a request carry its
 * `requestId`, the same one that clients get with an error.
 */
export type AuthEvent =
  | AuditEvent
  | { kind: "session_refreshed"; requestId: string; userId: string; sessionId: string }
  | { kind: "refresh_refused"; requestId: string; cause: RefreshRefusal }
  | { kind: "token_invalid"; requestId: string; why: string }
  | {
      kind: "token_refused";
      requestId: string;
      cause: RefusalCause;
      userId: string;
      sessionId: string;
    }
  /** A call that needs a password entered lately came without one. */
  | { kind: "confirmation_required"; requestId: string; userId: string; sessionId: string }
  | { kind: "request_refused"; requestId: string; why: string }
  | {
      kind: "call_failed";
      requestId: string;
      reason: ErrorCode;
      path: string | undefined;
      error: unknown;
    }
  | { kind: "rate_limited"; requestId: string; limit: string }
  | LimitEvent
  | MailEvent
  | BreachSourceFailed
  | { kind: "purge_failed"; error: unknown }
  | { kind: "audit_not_written"; waiting: number; lost: number; error: unknown }
  | { kind: "keys_not_reloaded"; error: unknown }
  | { kind: "keys_not_rotated"; error: unknown };
