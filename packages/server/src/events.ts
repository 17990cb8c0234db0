import type { ErrorCode } from "./error-codes.ts";

/** Why a login was refused. Clients see `invalid_credentials` for all of them. */
export type LoginFailure = "unknown_email" | "wrong_password" | "banned" | "account_changed";

/** Why an access token that we signed is no longer accepted. Clients see `token_revoked`. */
export type RefusalCause =
  | "user_missing"
  | "user_banned"
  | "version_changed"
  | "epoch_changed"
  | "session_missing"
  | "session_foreign"
  | "session_revoked"
  | "session_over";

/** Why a refresh token was refused. Clients see `refresh_token_invalid`. */
export type RefreshRefusal = "malformed" | "unknown" | "expired" | "session_ended";

/**
 * What happened, for a log. Never carries an email, a password, a token or a hash. The events of a
 * request carry its `requestId`, the same one that clients get with an error.
 */
export type AuthEvent =
  | { kind: "account_registered"; requestId: string; userId: string }
  | { kind: "registration_repeated"; requestId: string; userId: string }
  | { kind: "login_succeeded"; requestId: string; userId: string; sessionId: string }
  | { kind: "login_failed"; requestId: string; cause: LoginFailure; userId: string | null }
  | { kind: "session_refreshed"; requestId: string; userId: string; sessionId: string }
  | { kind: "refresh_refused"; requestId: string; cause: RefreshRefusal }
  | { kind: "refresh_token_reused"; requestId: string; userId: string; sessionId: string }
  | { kind: "session_revoked"; requestId: string; userId: string; sessionId: string }
  | { kind: "logged_out_everywhere"; requestId: string; userId: string; tokenVersion: number }
  | { kind: "token_invalid"; requestId: string; why: string }
  | {
      kind: "token_refused";
      requestId: string;
      cause: RefusalCause;
      userId: string;
      sessionId: string;
    }
  | { kind: "request_refused"; requestId: string; why: string }
  | {
      kind: "call_failed";
      requestId: string;
      reason: ErrorCode;
      path: string | undefined;
      error: unknown;
    }
  | { kind: "keys_not_reloaded"; error: unknown };
