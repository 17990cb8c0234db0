import { TRPCError } from "@trpc/server";
import type { TRPC_ERROR_CODE_KEY } from "@trpc/server";
import type { ErrorCode } from "./error-codes.ts";

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
  invalid_credentials: { status: "UNAUTHORIZED", message: "The email or the password is wrong." },
  refresh_token_invalid: { status: "UNAUTHORIZED", message: "The refresh token is not valid." },
  refresh_token_reused: {
    status: "UNAUTHORIZED",
    message: "The refresh token was used before; its session has been ended.",
  },
  session_not_found: { status: "NOT_FOUND", message: "There is no such session." },
  input_invalid: { status: "BAD_REQUEST", message: "The input is not valid." },
  request_refused: { status: "FORBIDDEN", message: "The request was refused." },
  overloaded: { status: "TOO_MANY_REQUESTS", message: "Too busy; try again in a moment." },
  revocation_unavailable: {
    status: "SERVICE_UNAVAILABLE",
    message: "Nothing was changed: a revocation is not possible at the moment. Try again.",
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

  /**
   * @param details.cause For the log; clients never see it.
   * @param details.status Where a reason has several: `request_refused` only.
   */
  constructor(
    reason: ErrorCode,
    details: { readonly cause?: unknown; readonly status?: TRPC_ERROR_CODE_KEY } = {},
  ) {
    const { status, message } = errorTable[reason];
    super({ code: details.status ?? status, message, cause: details.cause });
    this.reason = reason;
  }
}
