import type { ErrorShape } from "@portcullis/server";
import { TRPC_ERROR_CODES_BY_KEY } from "@trpc/server/rpc";
import type { Context } from "hono";

const refusals = {
  not_found: { status: 404, code: "NOT_FOUND", message: "There is nothing here." },
  method_not_supported: {
    status: 405,
    code: "METHOD_NOT_SUPPORTED",
    message: "Queries are sent by GET and mutations by POST.",
  },
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
  internal: { status: 500, code: "INTERNAL_SERVER_ERROR", message: "Internal error" },
} as const;

/** Answers from the HTTP layer itself, in the shape of tRPC's errors: clients read both alike. */
export function errorResponse(
  context: Context,
  kind: keyof typeof refusals,
  requestId: string,
): Response {
  const { status, code, message } = refusals[kind];
  const error: ErrorShape = {
    code: TRPC_ERROR_CODES_BY_KEY[code],
    message,
    data: {
      code,
      httpStatus: status,
      reason: kind === "internal" ? "internal" : "request_refused",
      requestId,
    },
  };
  return context.json({ error }, status);
}
