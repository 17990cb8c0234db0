import type { Auth, AuthContext } from "@portcullis/server";
import { initTRPC } from "@trpc/server";

/** The tRPC root of the service. `isDev` is pinned: otherwise stacks reach clients by default. */
export function createRoot(auth: Auth) {
  return initTRPC.context<AuthContext>().create({ errorFormatter: auth.formatError, isDev: false });
}

export type Root = ReturnType<typeof createRoot>;
