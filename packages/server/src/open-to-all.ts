import type { LimitedCall } from "./limits/require-admission.ts";
import type { AdmitCall } from "./signed-in.ts";
import type { Root } from "./trpc.ts";

/** Lets a call through that nobody has to be signed in for, within its limits. */
export function createOpenToAll(root: Root, admit: AdmitCall, call: LimitedCall) {
  return root.procedure.use(async ({ ctx, next }) => {
    await admit(ctx, call);
    return next();
  });
}
