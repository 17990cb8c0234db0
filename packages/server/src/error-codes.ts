/**
 * Why a call was refused, as clients see it in `error.data.reason`. A code never changes its
 * meaning; new ones may come.
 */
export type ErrorCode =
  | "unauthenticated"
  | "token_invalid"
  | "token_expired"
  | "token_revoked"
  | "invalid_credentials"
  | "refresh_token_invalid"
  | "refresh_token_reused"
  | "insufficient_user_authentication"
  | "email_token_invalid"
  | "password_refused"
  | "permission_denied"
  | "session_not_found"
  | "user_not_found"
  | "input_invalid"
  | "request_refused"
  | "rate_limited"
  | "overloaded"
  | "revocation_unavailable"
  | "unavailable"
  | "outcome_unknown"
  | "internal";
