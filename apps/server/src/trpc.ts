import type { Auth, AuthContext } from "@portcullis/server";
import { initTRPC } from "@trpc/server";

/** More often than a silent connection is cut. */
export const pingMs = 10_000;
/** Then the client asks anew, with a token of now and perhaps at another node. */
export const streamLifeMs = 3_600_000;

/** The tRPC root of the service. `isDev` is pinned: otherwise stacks reach clients by default. */
export function createRoot(auth: Auth) {
  return initTRPC.context<AuthContext>().create({
    errorFormatter: auth.formatError,
    isDev: false,
    sse: {
      ping: { enabled: true, intervalMs: pingMs },
      maxDurationMs: streamLifeMs,
      client: { reconnectAfterInactivityMs: 3 * pingMs },
    },
  });
}

export type Root = ReturnType<typeof createRoot>;
