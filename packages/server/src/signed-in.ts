import type { SignedIn } from "./context/auth-context.ts";
import { PortcullisError } from "./errors.ts";
import type { Root } from "./trpc.ts";

/** Lets a call through when its access token holds, with `ctx.auth`. */
export function createSignedIn(root: Root) {
  return root.procedure.use(async ({ ctx, next }) => {
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
