import type { ErrorShape } from "@portcullis/server";
import { TRPC_ERROR_CODES_BY_KEY } from "@trpc/server/rpc";
import type { Context } from "hono";

const refusals = {
  malformed: { status: 400, code: "BAD_REQUEST", message: "The request is not well-formed." },
  not_found: { status: 404, code: "NOT_FOUND", message: "There is nothing here." },
  method_not_supported: {
    status: 405,
    code: "METHOD_NOT_SUPPORTED",
    message: "Queries are sent by GET and mutations by POST.",
  },
  too_slow: { status: 408, code: "TIMEOUT", message: "The request took too long to arrive." },
  body_too_large: {
    status: 413,
    code: "PAYLOAD_TOO_LARGE",
    message: "The body of a request may have 16 KiB.",
  },
  url_too_long: {
    status: 414,
    code: "PAYLOAD_TOO_LARGE",
    message: "The URL of a request may have 8 KiB.",
  },
  expectation_refused: {
    status: 417,
    code: "BAD_REQUEST",
    message: "The only expectation that is met is 100-continue.",
  },
  headers_too_large: {
    status: 431,
    code: "PAYLOAD_TOO_LARGE",
    message: "The headers of a request may have 16 KiB.",
  },
  foreign: { status: 403, code: "FORBIDDEN", message: "The request was refused." },
  too_many_sockets: {
    status: 503,
    code: "SERVICE_UNAVAILABLE",
    message: "Too many connections; try again in a moment.",
  },
  internal: { status: 500, code: "INTERNAL_SERVER_ERROR", message: "Internal error" },
} as const;

export type RefusalKind = keyof typeof refusals;

/** Of the others the request itself is the reason. */
const reasons: Partial<Record<RefusalKind, "unavailable" | "internal">> = {
  too_many_sockets: "unavailable",
  internal: "internal",
};

export function statusOf(kind: RefusalKind): number {
  return refusals[kind].status;
}

/** What the HTTP layer itself says, in the shape of tRPC's errors: clients read both alike. */
export function errorBody(kind: RefusalKind, requestId: string): { error: ErrorShape } {
  const { status, code, message } = refusals[kind];
  return {
    error: {
      code: TRPC_ERROR_CODES_BY_KEY[code],
      message,
      data: {
        code,
        httpStatus: status,
        reason: reasons[kind] ?? "request_refused",
        requestId,
      },
    },
  };
}

/** Answers from the HTTP layer itself. */
export function errorResponse(context: Context, kind: RefusalKind, requestId: string): Response {
  return context.json(errorBody(kind, requestId), refusals[kind].status);
}
