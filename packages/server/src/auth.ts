import type { CacheKey } from "@portcullis/write-through";
import type { TRPCErrorFormatter } from "@trpc/server";
import type { JSONWebKeySet } from "jose";
import type { AuthContext, SignedIn } from "./context/auth-context.ts";
import { createConsole } from "./console/console.ts";
import type { Console } from "./console/console.ts";
import { createContext } from "./context/create-context.ts";
import type { ContextRequest, NodeContextRequest } from "./context/create-context.ts";
import { createServerContext } from "./context/create-server-context.ts";
import type { ServerRequest } from "./context/create-server-context.ts";
import { admitSocket, createSocketContext } from "./context/create-socket-context.ts";
import type {
  SocketAdmission,
  SocketHandshake,
  SocketRequest,
} from "./context/create-socket-context.ts";
import { readSession } from "./context/read-session.ts";
import type { RequestHeaders } from "./context/request-head.ts";
import type { AuthRouter } from "./contract.ts";
import { createFormatError } from "./format-error.ts";
import type { FormattedError } from "./format-error.ts";
import { createOauthEndpoints } from "./oauth/oauth-endpoints.ts";
import type { OauthClients } from "./oauth/oauth-clients.ts";
import type { OauthHandler } from "./oauth/oauth-endpoint.ts";
import type { AuthOptions } from "./options.ts";
import { createParts } from "./parts.ts";
import type { SessionRecord } from "./repositories/sessions.ts";
import type { UserRecord } from "./repositories/users.ts";
import type { SigningKeys } from "./tokens/keys/signing-keys.ts";
import { createRouter } from "./router.ts";
import { createPermitted } from "./admin/permitted.ts";
import type { Permitted } from "./admin/permitted.ts";
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
   *
   * A subscription is let in as a call is, and ended with `token_revoked` once its session, its user
   * or all tokens are revoked: within milliseconds, at the latest after the cache's lease. That its
   * access token expires does not end it, the end of its session does. It ends with
   * `revocation_unavailable` when nobody could say for a lease. Values that come after the end are
   * not sent, and the resolver's iterator is closed; a generator that waits for something notices
   * when that comes, or by its `signal`, which tRPC aborts on a WebSocket. Beyond
   * `subscriptions.perSessionMax` one is refused with `rate_limited`.
   */
  readonly signedIn: SignedInProcedure;
  /**
   * The plug-in for procedures that need a permission of the user's role:
   * `t.procedure.concat(auth.permitted("posts:moderate"))`. Includes `signedIn`.
   *
   * Refuses with `permission_denied`, and as `signedIn` does. A subscription is ended with it when
   * the user's role no longer permits it.
   */
  readonly permitted: Permitted;
  /**
   * Names the row of a user in the cache, for the application to read or to watch: their name, their
   * role, whether they are banned, as of now and as a rule without a query. It is read by
   * `cache.readMany`, together with rows of the application's own. Ends of bans are times: compare
   * `banExpiresAt` with yours. To change a user is for the procedures and {@link console}.
   *
   * @param userId As procedures give it.
   * @throws InvalidKeyError of the cache when it cannot be the id of a row.
   *
   * @example
   * ```ts setup=services
   * import type { Auth } from "@portcullis/server";
   *
   * declare const auth: Auth;
   * declare const authorId: string;
   *
   * const [author] = await cache.readMany([auth.userKey(authorId)]);
   * const name = author?.name ?? "a deleted account";
   * ```
   */
  readonly userKey: (userId: string) => CacheKey<UserRecord>;
  /** Names the row of a session in the cache, as {@link userKey} does that of a user. */
  readonly sessionKey: (sessionId: string) => CacheKey<SessionRecord>;
  /** The signing keys, for operators. */
  readonly keys: SigningKeys;
  /** Users and all tokens, for operators. */
  readonly console: Console;
  /**
   * For `createContext` of tRPC's adapters, the fetch one and those for Node: refuses requests that a
   * foreign page could have sent, names the request, and prepares the check of the access token.
   *
   * Pass `maxBatchSize` to the adapter as well: it cuts a longer batch off before any work.
   *
   * @example
   * ```ts setup=services
   * import { type Auth, type AuthContext, maxBatchSize } from "@portcullis/server";
   * import { initTRPC } from "@trpc/server";
   * import { createHTTPServer } from "@trpc/server/adapters/standalone";
   *
   * declare const auth: Auth;
   * const t = initTRPC.context<AuthContext>().create({ errorFormatter: auth.formatError });
   *
   * createHTTPServer({
   *   router: t.router({ auth: auth.router }),
   *   createContext: (request) => auth.createContext(request),
   *   maxBatchSize,
   * }).listen(3000);
   * ```
   */
  readonly createContext: (request: ContextRequest | NodeContextRequest) => Promise<AuthContext>;
  /**
   * For `createContext` of tRPC's WebSocket adapter: refuses a handshake that a foreign page could
   * have made, as {@link createContext} refuses a request. The access token is the connection
   * parameter `authorization`, `Bearer <token>`; neither the URL nor a cookie is read.
   *
   * The token may expire while the connection lasts. Whether it still holds is asked anew by every
   * call, by the user, the session and the realm as they are then. Calls that try a password or a
   * mailed token, `refresh` too, are refused with `request_refused`: they belong to HTTP.
   *
   * @example
   * ```ts setup=services
   * import type { IncomingMessage } from "node:http";
   * import { type Auth, type AuthContext } from "@portcullis/server";
   * import { initTRPC } from "@trpc/server";
   * import { applyWSSHandler } from "@trpc/server/adapters/ws";
   * import { WebSocketServer } from "ws";
   *
   * declare const auth: Auth;
   * const t = initTRPC.context<AuthContext>().create({ errorFormatter: auth.formatError });
   * const router = t.router({ auth: auth.router });
   *
   * const wss = new WebSocketServer({
   *   port: 3001,
   *   maxPayload: 16 * 1024,
   *   verifyClient: ({ req }: { req: IncomingMessage }) => auth.admitSocket({ req }).kind === "admitted",
   * });
   * applyWSSHandler({
   *   wss,
   *   router,
   *   createContext: (request) => auth.createSocketContext(request),
   *   maxBatchSize: 100,
   *   keepAlive: { enabled: true },
   * });
   * ```
   */
  readonly createSocketContext: (request: SocketRequest) => Promise<AuthContext>;
  /**
   * Whether a WebSocket may be opened, and by whom: for the answer to its handshake. A handshake that
   * was not asked about is refused by {@link createSocketContext}, once the connection is open.
   */
  readonly admitSocket: (handshake: SocketHandshake) => SocketAdmission;
  /**
   * Who is signed in by the refresh cookie of an incoming request, for pages that are rendered on a
   * server. `undefined`: nobody, or the cookie is not good any more. Costs one query, changes nothing,
   * and does not use the token up.
   *
   * Never let a request change anything by it. A browser sends the cookie with whatever a page makes
   * it ask for, and the request says nothing of who wanted it; an access token is put on by the
   * application's own code only. The cookie is `SameSite=Strict`: it does not come with a link from
   * another site either, so a page may begin signed out and learn more in the browser.
   *
   * @throws PortcullisError `unavailable` when Postgres cannot be asked.
   */
  readonly readSession: (headers: RequestHeaders) => Promise<SignedIn | undefined>;
  /**
   * A context for `createCaller`, as whoever {@link readSession} finds: for queries of pages that are
   * rendered on a server. Behind `signedIn` all else is refused, for the reason given there. Its calls
   * do not count for limits: the request for the page is the application's to bound.
   *
   * @example
   * ```ts setup=services
   * import { type Auth, type AuthContext } from "@portcullis/server";
   * import { initTRPC } from "@trpc/server";
   *
   * declare const auth: Auth;
   * declare const request: Request;
   * const t = initTRPC.context<AuthContext>().create({ errorFormatter: auth.formatError });
   * const router = t.router({
   *   name: t.procedure.concat(auth.signedIn).query(({ ctx }) => ctx.auth.user.name),
   * });
   *
   * const caller = router.createCaller(auth.createServerContext({ headers: request.headers }));
   * const name = await caller.name();
   * ```
   */
  readonly createServerContext: (request: ServerRequest) => AuthContext;
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
  /**
   * Token introspection (RFC 7662) for other services, which authenticate by HTTP Basic: mount it at
   * a path of its own, outside of tRPC.
   */
  readonly introspect: OauthHandler;
  /** Token revocation (RFC 7009) for other services, as {@link introspect}. */
  readonly revoke: OauthHandler;
  /** The services that may introspect and revoke, for operators. */
  readonly oauthClients: OauthClients;
  /**
   * Deletes what has served its purpose: sessions a week after their end, registrations and mailed
   * tokens once they are over, audit events after a year. Each node does so every hour; call it
   * where processes do not live that long. Never throws; what fails is reported.
   */
  readonly purge: () => Promise<void>;
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
 * import { type AuthContext, createAuth, createSmtpTransport } from "@portcullis/server";
 * import { initTRPC } from "@trpc/server";
 *
 * const auth = createAuth({
 *   database,
 *   cache,
 *   secret: process.env["AUTH_SECRET"] ?? "",
 *   tokens: { issuer: "https://auth.example.com", audience: "https://api.example.com" },
 *   mail: {
 *     transport: createSmtpTransport({ url: process.env["SMTP_URL"] ?? "" }),
 *     from: "auth@example.com",
 *     appUrl: "https://app.example.com",
 *   },
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
  const signedIn = createSignedIn(root, parts);
  const oauth = createOauthEndpoints(parts);
  return {
    router: createRouter(root, parts),
    signedIn,
    permitted: createPermitted(root, parts),
    userKey: (userId) => parts.cached.users.key(userId),
    sessionKey: (sessionId) => parts.cached.sessions.key(sessionId),
    keys: parts.keys,
    console: createConsole(parts),
    purge: () => parts.purge.run(),
    introspect: oauth.introspect,
    revoke: oauth.revoke,
    oauthClients: oauth.clients,
    createContext: async (request) => createContext(parts, request),
    createSocketContext: (request) => createSocketContext(parts, request),
    admitSocket: (handshake) => admitSocket(parts, handshake),
    createServerContext: (request) => createServerContext(parts, request),
    readSession: (headers) => readSession(parts, headers),
    formatError,
    jwks: () => ({ keys: [...parts.keyRing.current().publicJwks] }),
    async start() {
      await Promise.all([parts.keyRing.start(), parts.passwords.start(), parts.limiter.start()]);
      parts.audit.start();
      parts.mail.start();
      parts.purge.start();
    },
    async stop() {
      parts.keyRing.stop();
      await Promise.all([parts.mail.stop(), parts.purge.stop(), parts.limiter.stop()]);
      // Last: what the others noted is written too.
      await parts.audit.stop();
    },
  };
}
