import { TRPCError } from "@trpc/server";
import type { TRPC_ERROR_CODE_KEY } from "@trpc/server";
import type { ErrorFactsByReason } from "./contract.ts";
import type { ErrorCode } from "./error-codes.ts";

/** What a client needs in order to act on an error, beyond its reason. */
export type ErrorFacts = Partial<
  ErrorFactsByReason["rate_limited"] &
    ErrorFactsByReason["insufficient_user_authentication"] &
    ErrorFactsByReason["password_refused"] &
    ErrorFactsByReason["permission_denied"]
>;

interface ErrorEntry {
  /** tRPC's name of the HTTP status. */
  readonly status: TRPC_ERROR_CODE_KEY;
  /** The text for clients. It never depends on the request, so it can tell nothing. */
  readonly message: string;
}

/** All errors of the API: `docs/errors.md` says what a client does about each. */
export const errorTable: Record<ErrorCode, ErrorEntry> = {
  unauthenticated: { status: "UNAUTHORIZED", message: "Sign in first." },
  token_invalid: { status: "UNAUTHORIZED", message: "The access token is not valid." },
  token_expired: { status: "UNAUTHORIZED", message: "The access token has expired." },
  token_revoked: { status: "UNAUTHORIZED", message: "The access token was revoked." },
  invalid_credentials: {
    status: "UNAUTHORIZED",
    message: "The email or the password is wrong, or the email has not been verified yet.",
  },
  refresh_token_invalid: { status: "UNAUTHORIZED", message: "The refresh token is not valid." },
  refresh_token_reused: {
    status: "UNAUTHORIZED",
    message: "The refresh token was used before; its session has been ended.",
  },
  insufficient_user_authentication: {
    status: "FORBIDDEN",
    message: "Enter the password again first.",
  },
  email_token_invalid: {
    status: "BAD_REQUEST",
    message: "The link is not valid any more. Ask for a new one.",
  },
  password_refused: {
    status: "BAD_REQUEST",
    message: "This password is too easy to guess. Choose another one.",
  },
  permission_denied: { status: "FORBIDDEN", message: "This is not allowed." },
  session_not_found: { status: "NOT_FOUND", message: "There is no such session." },
  user_not_found: { status: "NOT_FOUND", message: "There is no such user." },
  input_invalid: { status: "BAD_REQUEST", message: "The input is not valid." },
  request_refused: { status: "FORBIDDEN", message: "The request was refused." },
  rate_limited: { status: "TOO_MANY_REQUESTS", message: "Too many tries; try again later." },
  overloaded: { status: "TOO_MANY_REQUESTS", message: "Too busy; try again in a moment." },
  revocation_unavailable: {
    status: "SERVICE_UNAVAILABLE",
    message:
      "Tokens can not be revoked, or seen to hold, at the moment. Nothing was changed; try again.",
  },
  unavailable: {
    status: "SERVICE_UNAVAILABLE",
    message: "Not available at the moment; try again.",
  },
  outcome_unknown: {
    status: "GATEWAY_TIMEOUT",
    message: "The change may or may not have happened. Look before trying again.",
  },
  internal: { status: "INTERNAL_SERVER_ERROR", message: "Internal error" },
};

/** A refusal or a fault that clients are told of, by its stable `reason`. */
export class PortcullisError extends TRPCError {
  readonly reason: ErrorCode;
  readonly facts: ErrorFacts;

  /**
   * @param details.cause For the log; clients never see it.
   * @param details.status Where a reason has several: `request_refused` only.
   * @param details.facts What clients are told besides.
   */
  constructor(
    reason: ErrorCode,
    details: {
      readonly cause?: unknown;
      readonly status?: TRPC_ERROR_CODE_KEY;
      readonly facts?: ErrorFacts;
    } = {},
  ) {
    const { status, message } = errorTable[reason];
    super({ code: details.status ?? status, message, cause: details.cause });
    this.reason = reason;
    this.facts = details.facts ?? {};
  }
}
