import type { AuthContext, SignedIn } from "./context/auth-context.ts";
import { PortcullisError } from "./errors.ts";
import type { LimitedCall } from "./limits/require-admission.ts";
import type { Root } from "./trpc.ts";

/** Counts a call. @throws PortcullisError `rate_limited` */
export type AdmitCall = (ctx: AuthContext, call: LimitedCall) => Promise<void>;

/**
 * Lets a call through when its access token holds, with `ctx.auth`.
 *
 * @param call the name by which limits know it; most calls have no limit of their own.
 */
export function createSignedIn(root: Root, admit: AdmitCall, call: LimitedCall = "other") {
  return root.procedure.use(async ({ ctx, next }) => {
    await admit(ctx, call);
    const outcome = await ctx.checkAccessToken();
    switch (outcome.kind) {
      case "signed_in":
        return next<{ auth: SignedIn }>({ ctx: { auth: outcome.auth } });
      case "anonymous":
        throw new PortcullisError("unauthenticated");
      case "refused":
        throw new PortcullisError(outcome.reason);
    }
  });
}

/** The type of `auth.signedIn`, for `t.procedure.concat(auth.signedIn)`. */
export type SignedInProcedure = ReturnType<typeof createSignedIn>;
