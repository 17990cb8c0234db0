import type { TRPCErrorFormatter } from "@trpc/server";
import type { JSONWebKeySet } from "jose";
import type { AuthContext } from "./context/auth-context.ts";
import { createContext, type ContextRequest } from "./context/create-context.ts";
import type { AuthRouter } from "./contract.ts";
import { createFormatError } from "./format-error.ts";
import type { FormattedError } from "./format-error.ts";
import type { AuthOptions } from "./options.ts";
import { createParts } from "./parts.ts";
import { createRouter } from "./router.ts";
import { createSignedIn } from "./signed-in.ts";
import type { SignedInProcedure } from "./signed-in.ts";
import { createRoot } from "./trpc.ts";

/** Auth for one tRPC application. Made by {@link createAuth}. */
export interface Auth {
  /** The procedures: mount it in a router of your own, under `auth`. */
  readonly router: AuthRouter;
  /**
   * The plug-in for procedures that need a signed-in user:
   * `t.procedure.concat(auth.signedIn)`. Behind it `ctx.auth` is `{ user, session }`.
   *
   * Refuses with `unauthenticated`, `token_invalid`, `token_expired` or `token_revoked`.
   */
  readonly signedIn: SignedInProcedure;
  /**
   * For `createContext` of tRPC's fetch adapter: refuses requests that a foreign page could have
   * sent, names the request, and prepares the check of the access token.
   *
   * Pass `maxBatchSize` to the adapter as well: it cuts a longer batch off before any work.
   */
  readonly createContext: (request: ContextRequest) => Promise<AuthContext>;
  /** For `errorFormatter` of the application's tRPC root: every error leaves as `ErrorShape`. */
  readonly formatError: TRPCErrorFormatter<AuthContext, FormattedError>;
  /** The public keys of access tokens (RFC 7517, section 5), for services that verify by themselves. */
  readonly jwks: () => JSONWebKeySet;
  /**
   * Loads the signing key, or makes the first one. Await it before the first request.
   *
   * @throws SecretMismatchError when the stored key was encrypted with another secret.
   */
  readonly start: () => Promise<void>;
  /** Ends the timers. Leaves `database` and `cache` alone. */
  readonly stop: () => Promise<void>;
}

/**
 * Makes the auth of an application: password accounts, sessions that can be listed and ended, and
 * access tokens that are refused from the moment the call that revokes them returns.
 *
 * Call `migrateWriteThrough(database)` and `migrateAuth(database)` before, in this order, then await
 * `cache.start()` and `auth.start()`.
 *
 * @throws InvalidAuthOptionsError when an option is out of its bounds.
 *
 * @example
 * ```ts setup=services
 * import { type AuthContext, createAuth } from "@portcullis/server";
 * import { initTRPC } from "@trpc/server";
 *
 * const auth = createAuth({
 *   database,
 *   cache,
 *   secret: process.env["AUTH_SECRET"] ?? "",
 *   tokens: { issuer: "https://auth.example.com", audience: "https://api.example.com" },
 * });
 * await auth.start();
 *
 * const t = initTRPC
 *   .context<AuthContext>()
 *   .create({ errorFormatter: auth.formatError, isDev: false });
 * export const appRouter = t.router({
 *   auth: auth.router,
 *   whoAmI: t.procedure.concat(auth.signedIn).query(({ ctx }) => ctx.auth.user.name),
 * });
 * ```
 */
export function createAuth<Database>(options: AuthOptions<Database>): Auth {
  const parts = createParts(options);
  const formatError = createFormatError(parts.report);
  const root = createRoot(formatError);
  const signedIn = createSignedIn(root);
  return {
    router: createRouter(root, signedIn, parts),
    signedIn,
    createContext: async (request) => createContext(parts, request),
    formatError,
    jwks: () => ({ keys: [...parts.keyRing.current().publicJwks] }),
    async start() {
      await Promise.all([parts.keyRing.start(), parts.passwords.start()]);
    },
    async stop() {
      parts.keyRing.stop();
    },
  };
}
