import { register, registerInput } from "./accounts/register.ts";
import type { Parts } from "./parts.ts";
import { listSessions } from "./sessions/list-sessions.ts";
import { login, loginInput } from "./sessions/login.ts";
import { logoutEverywhere } from "./sessions/logout-everywhere.ts";
import { logout } from "./sessions/logout.ts";
import { refresh, refreshInput } from "./sessions/refresh.ts";
import { revokeOwnSession, revokeSessionInput } from "./sessions/revoke-session.ts";
import { createSentAlone } from "./sent-alone.ts";
import type { SignedInProcedure } from "./signed-in.ts";
import { noInput } from "./text-rules.ts";
import type { Root } from "./trpc.ts";

/** The API, as a plain record. {@link AuthProcedures} in `contract.ts` is what clients see of it. */
export function createProcedures(root: Root, signedIn: SignedInProcedure, parts: Parts) {
  const sentAlone = createSentAlone(root, parts);
  return {
    register: sentAlone
      .input(registerInput)
      .mutation(({ input, ctx }) => register(parts, input, ctx.requestId)),
    login: sentAlone.input(loginInput).mutation(({ input, ctx }) => login(parts, input, ctx)),
    refresh: sentAlone
      .input(refreshInput)
      .mutation(({ input, ctx }) => refresh(parts, input, ctx.requestId)),
    logout: signedIn.input(noInput).mutation(({ ctx }) => logout(parts, ctx.auth, ctx.requestId)),
    logoutEverywhere: signedIn
      .input(noInput)
      .mutation(({ ctx }) => logoutEverywhere(parts, ctx.auth, ctx.requestId)),
    me: signedIn.input(noInput).query(({ ctx }) => ctx.auth.user),
    sessions: {
      list: signedIn.input(noInput).query(({ ctx }) => listSessions(parts, ctx.auth)),
      revoke: signedIn
        .input(revokeSessionInput)
        .mutation(({ input, ctx }) => revokeOwnSession(parts, input, ctx.auth, ctx.requestId)),
    },
  };
}
