import { admitCall } from "./limits/require-admission.ts";
import type { LimitedCall } from "./limits/require-admission.ts";
import type { Parts } from "./parts.ts";
import type { Root } from "./trpc.ts";

/** Lets a call through that nobody has to be signed in for, within its limits. */
export function createOpenToAll(root: Root, parts: Parts, call: LimitedCall) {
  return root.procedure.use(async ({ ctx, next }) => {
    await admitCall(parts, ctx, call);
    return next();
  });
}
