import type {
  Auth,
  AuthContext,
  AuthProcedures,
  ErrorShape,
  QueryContract,
} from "@portcullis/server";
import { initTRPC, type AnyTRPCRouter, type TRPCBuiltRouter } from "@trpc/server";

/** An application as small as it can be. */
export type TestRouter = TRPCBuiltRouter<
  { ctx: object; meta: object; errorShape: ErrorShape; transformer: false },
  { auth: AuthProcedures; greeting: QueryContract<void, string> }
>;

export function createTestRouter(auth: Auth): AnyTRPCRouter {
  const t = initTRPC
    .context<AuthContext>()
    .create({ errorFormatter: auth.formatError, isDev: false });
  return t.router({
    auth: auth.router,
    greeting: t.procedure
      .concat(auth.signedIn)
      .query(({ ctx }) => `A note for ${ctx.auth.user.name}`),
  });
}
