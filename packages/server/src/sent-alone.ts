import { TRPCError } from "@trpc/server";
import type { AuthContext } from "./context/auth-context.ts";
import type { Parts } from "./parts.ts";
import type { Root } from "./trpc.ts";

/**
 * For the procedures that try a secret or take a password hash: one a request, so that whoever
 * counts requests (a proxy, a log) counts tries; and over HTTP only, for the cookie is set there.
 */
export function createSentAlone(root: Root, parts: Parts) {
  return root.procedure.use(({ ctx, path, next }) => {
    const fault = judgeSending(ctx);
    if (fault === undefined) return next();
    parts.report({
      kind: "request_refused",
      requestId: ctx.requestId,
      why: `${path} ${fault.why}`,
    });
    throw new TRPCError({ code: "BAD_REQUEST", message: fault.message });
  });
}

function judgeSending({
  transport,
  callCount,
}: AuthContext): { readonly why: string; readonly message: string } | undefined {
  if (transport !== "http") {
    const message = "This call is not taken over a WebSocket or from a page: send it over HTTP.";
    return { why: "not over HTTP", message };
  }
  if (callCount !== 1) {
    const message = "This call is not taken in a batch: send it alone.";
    return { why: "in a batch", message };
  }
  return undefined;
}
