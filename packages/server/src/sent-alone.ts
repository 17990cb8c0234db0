import { TRPCError } from "@trpc/server";
import type { Parts } from "./parts.ts";
import type { Root } from "./trpc.ts";

/**
 * For the procedures that try a secret or take a password hash: one a request, so that whoever
 * counts requests (a proxy, a log) counts tries.
 */
export function createSentAlone(root: Root, parts: Parts) {
  return root.procedure.use(({ ctx, path, next }) => {
    if (ctx.callCount === 1) return next();
    parts.report({
      kind: "request_refused",
      requestId: ctx.requestId,
      why: `${path} in a batch`,
    });
    throw new TRPCError({
      code: "BAD_REQUEST",
      message: "This call is not taken in a batch: send it alone.",
    });
  });
}
