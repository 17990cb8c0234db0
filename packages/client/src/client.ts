import { createTRPCClient, type TRPCClient } from "@trpc/client";
import type { AnyTRPCRouter } from "@trpc/server";
import { createAuthLink } from "./auth-link.ts";
import type { ClientOptionsOf, OptionsFor } from "./options.ts";
import { createSessionStore, type SessionStore } from "./session-store.ts";
import { createTransport } from "./transport.ts";

/** What {@link createPortcullisClient} returns. */
export interface PortcullisClient<Router extends AnyTRPCRouter> {
  /** The procedures of the router, typed. */
  readonly api: TRPCClient<Router>;
  /** Who is signed in. */
  readonly session: SessionStore;
}

/**
 * Makes a typed client for a router that carries the Portcullis procedures.
 *
 * - A successful `auth.login` signs in: its tokens are kept in memory, and only there, so a new
 *   client starts signed out. Every later call carries the access token.
 * - An access token that is over is renewed by one refresh, which all waiting calls share. A call
 *   that the server refused because of its token is sent once more with a renewed one. That is safe
 *   for mutations: the server checks the token first, so a refused call has not run.
 * - A refresh that fails because the session is over signs out, with a reason. One that fails
 *   otherwise (network, deadline, fault of the server) fails the waiting calls only.
 * - A refresh without an answer, or answered `outcome_unknown`, `unavailable` or by something else's
 *   5xx page, is sent once more at once. That is safe: within its grace the server answers the same
 *   refresh token with the same successor.
 * - `auth.logout` and `auth.logoutEverywhere` forget the tokens at once, and also when the call then
 *   fails. After a failure the session may live on at the server until it is over by itself.
 * - Nothing else is ever sent twice, and nothing to where a redirect points: that fails the call.
 *
 * @throws RangeError when an option is out of its bound.
 * @example
 * ```ts setup=app-router
 * import { createPortcullisClient } from "@portcullis/client";
 *
 * const { api, session } = createPortcullisClient<AppRouter>({ url: "https://api.example.com/trpc" });
 * await api.auth.login.mutate({ email: "ada@example.com", password: "correct horse battery" });
 * session.getSnapshot(); // { status: "signedIn", user: { ... } }
 * ```
 */
export function createPortcullisClient<
  Router extends AnyTRPCRouter,
  AuthPath extends string = "auth",
>(options: OptionsFor<Router, AuthPath>): PortcullisClient<Router> {
  // The other members of OptionsFor are sentences for the compiler to show; no value has them.
  const given = options as ClientOptionsOf<string>;
  const authPath = given.authPath ?? "auth";
  const transport = createTransport({
    ...given,
    maxBatchSize: within("maxBatchSize", given.maxBatchSize ?? 10, 1, 100),
    maxResponseBytes: within(
      "maxResponseBytes",
      given.maxResponseBytes ?? 8_388_608,
      65_536,
      268_435_456,
    ),
    timeoutMs: within("timeoutMs", given.timeoutMs ?? 10_000, 1, 600_000),
    refreshTimeoutMs: within("refreshTimeoutMs", given.refreshTimeoutMs ?? 3_000, 500, 10_000),
  });
  const store = createSessionStore();
  const link = createAuthLink<Router>({ authPath, transport, store });
  return {
    api: createTRPCClient<Router>({ links: [link] }),
    session: { getSnapshot: store.getSnapshot, subscribe: store.subscribe },
  };
}

function within(name: string, value: number, min: number, max: number): number {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  throw new RangeError(`${name} must be a whole number from ${min} to ${max}.`);
}
