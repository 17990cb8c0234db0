import { initTRPC } from "@trpc/server";
import type { TRPCErrorFormatter } from "@trpc/server";
import type { AuthContext } from "./context/auth-context.ts";
import type { FormattedError } from "./format-error.ts";

/** The root of our procedures. `isDev` is pinned: otherwise stacks reach clients by default. */
export function createRoot(formatError: TRPCErrorFormatter<AuthContext, FormattedError>) {
  return initTRPC.context<AuthContext>().create({ errorFormatter: formatError, isDev: false });
}

export type Root = ReturnType<typeof createRoot>;
