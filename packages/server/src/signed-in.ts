import { TRPCError } from "@trpc/server";
import { deny } from "./admin/deny.ts";
import type { AuthContext, SignedIn } from "./context/auth-context.ts";
import { PortcullisError } from "./errors.ts";
import { admitCall } from "./limits/require-admission.ts";
import type { LimitedCall } from "./limits/require-admission.ts";
import type { Parts } from "./parts.ts";
import {
  findSubscription,
  withSubscription,
  openSubscription,
} from "./subscriptions/live-subscription.ts";
import type { Root } from "./trpc.ts";

export interface SignedInRules {
  /** The name by which limits know the call; most calls have no limit of their own. */
  readonly call?: LimitedCall;
  /** What the role has to permit, as the user's row has it now. */
  readonly permission?: string;
}

/**
 * Lets a call through when its access token holds, with `ctx.auth`. A subscription is watched from
 * then on, and ended as a call would be refused.
 */
export function createSignedIn(
  root: Root,
  parts: Parts,
  { call = "other", permission }: SignedInRules = {},
) {
  const mayStay = ({ user }: SignedIn): boolean =>
    permission === undefined || parts.roles.permits(user.role, permission);

  return root.procedure.use(async ({ ctx, type, path, signal, next }) => {
    if (ctx.transport === "server" && type !== "query") throw notForPages();
    await admitCall(parts, ctx, call);
    const auth = await requireSignedIn(ctx);
    if (permission !== undefined && !mayStay(auth)) await deny(parts, { ...ctx, auth }, permission);
    if (type !== "subscription") return next<{ auth: SignedIn }>({ ctx: { auth } });

    const onHeld = (current: SignedIn): void => {
      if (permission === undefined || mayStay(current)) return;
      throw new PortcullisError("permission_denied", { facts: { permission } });
    };
    const found = findSubscription(parts, ctx);
    if (found !== undefined) {
      found.require(onHeld);
      return next<{ auth: SignedIn }>({ ctx: { auth } });
    }

    const subscription = openSubscription(parts, ctx, { auth, path, signal, onHeld });
    const handedOn = { auth, ...withSubscription(parts, subscription) };
    const result = await next<{ auth: SignedIn }>({ ctx: handedOn });
    if (result.ok) return { ...result, data: subscription.guard(result.data) };
    subscription.close();
    return result;
  });
}

/** The type of `auth.signedIn`, for `t.procedure.concat(auth.signedIn)`. */
export type SignedInProcedure = ReturnType<typeof createSignedIn>;

async function requireSignedIn(ctx: AuthContext): Promise<SignedIn> {
  const outcome = await ctx.checkAccessToken();
  switch (outcome.kind) {
    case "signed_in":
      return outcome.auth;
    case "anonymous":
      throw new PortcullisError("unauthenticated");
    case "refused":
      throw new PortcullisError(outcome.reason);
  }
}

/** The cookie comes with whatever another site makes a browser ask for. */
function notForPages(): TRPCError {
  return new TRPCError({
    code: "FORBIDDEN",
    message: "A server that renders calls queries only: changes need an access token.",
  });
}
