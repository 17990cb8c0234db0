import type { Auth, AuthContext, AuthProcedures, ErrorShape } from "@portcullis/server";
import { createTRPCClient, httpLink, type TRPCClient } from "@trpc/client";
import { initTRPC, type TRPCBuiltRouter } from "@trpc/server";
import { appUrl, createInProcessFetch, type TestDevice } from "./in-process-fetch.ts";

/** The type of a router that carries the auth procedures. */
export type AuthAppRouter = TRPCBuiltRouter<
  { ctx: object; meta: object; errorShape: ErrorShape; transformer: false },
  { auth: AuthProcedures }
>;

interface AuthCaller {
  readonly device?: TestDevice | undefined;
  readonly accessToken?: string;
}

/** The way to the procedures of auth that does not ask where the application mounts them. */
export function createAuthCaller(auth: Auth): (caller: AuthCaller) => TRPCClient<AuthAppRouter> {
  const t = initTRPC
    .context<AuthContext>()
    .create({ errorFormatter: auth.formatError, isDev: false });
  const fetchFrom = createInProcessFetch(t.router({ auth: auth.router }), auth.createContext);

  return ({ device = {}, accessToken }) => {
    const fetch = fetchFrom(device);
    return createTRPCClient<AuthAppRouter>({
      links: [
        httpLink({
          url: appUrl,
          fetch: (url, init) => fetch(String(url), init as RequestInit),
          headers: accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` },
        }),
      ],
    });
  };
}
