import { initTRPC, TRPCError } from "@trpc/server";
import type { User } from "./peer.ts";

/** What `createContext` of a peer finds out. */
export interface UserContext {
  /** Undefined: nobody is signed in. */
  readonly user: User | undefined;
}

const t = initTRPC.context<UserContext>().create({ isDev: false });

const signedIn = t.procedure.use(({ ctx, next }) => {
  if (ctx.user === undefined) throw new TRPCError({ code: "UNAUTHORIZED" });
  return next({ ctx: { user: ctx.user } });
});

/** A protected procedure as tRPC's own guide writes it: the context knows the user. */
export const protectedRouter = t.router({
  whoAmI: signedIn.query(({ ctx: { user } }): User => ({ id: user.id, name: user.name })),
});
