import {
  createTRPCClient,
  httpBatchLink,
  httpSubscriptionLink,
  splitLink,
  type TRPCClient,
} from "@trpc/client";
import type { AnyTRPCRouter } from "@trpc/server";
import { portcullisLink } from "./link.ts";
import { within, type ClientOptionsOf, type OptionsFor } from "./options.ts";
import { createPortcullisSession, type PortcullisSession } from "./session.ts";

/** What {@link createPortcullisClient} returns. */
export interface PortcullisClient<Router extends AnyTRPCRouter> {
  /** The procedures of the router, typed. */
  readonly api: TRPCClient<Router>;
  /** Who is signed in. */
  readonly session: PortcullisSession;
}

// Below the 8 KiB at which the service, and most proxies, refuse a URL.
const maxUrlCharacters = 7_500;

/**
 * Makes a typed client for a router that carries the Portcullis procedures, and begins to restore
 * its session. Queries and mutations go in batches, subscriptions as server-sent events.
 *
 * - A successful `auth.login` signs in; later calls carry the access token. In browsers a reload and
 *   other tabs find the session again (see {@link cookieStorage}).
 * - An access token that is over is renewed by one refresh, which all waiting calls and all tabs
 *   share. One that fails because the session is over ends it, with a reason, in all tabs; one that
 *   fails otherwise (network, deadline, fault of the server) fails the waiting calls only.
 * - What is sent twice, and when, see {@link portcullisLink}. A refresh without an answer is sent once
 *   more at once: within its grace the server answers the same token with the same successor.
 * - `auth.logout` and `auth.logoutEverywhere` forget the tokens at once, in all tabs, and also when
 *   the call then fails. After a failure the session may live on at the server until it is over by
 *   itself, and the cookie may restore it.
 * - Redirects are refused: no password or token goes where one points.
 *
 * @throws RangeError when an option is out of its bound.
 * @example
 * ```ts setup=app-router
 * import { createPortcullisClient } from "@portcullis/client";
 *
 * const { api, session } = createPortcullisClient<AppRouter>({ url: "https://api.example.com/trpc" });
 * await api.auth.login.mutate({ email: "ada@example.com", password: "correct horse battery" });
 * session.getSnapshot(); // { status: "signedIn", user: { ... }, connection: "online" }
 * ```
 */
export function createPortcullisClient<
  Router extends AnyTRPCRouter,
  AuthPath extends string = "auth",
>(options: OptionsFor<Router, AuthPath>): PortcullisClient<Router> {
  // The other members of OptionsFor are sentences for the compiler to show; no value has them.
  const given = options as ClientOptionsOf<string>;
  const maxItems = within("maxBatchSize", given.maxBatchSize ?? 10, 1, 100);
  const session = createPortcullisSession(given);
  const { EventSource, fetch, headers } = session;
  const url = String(given.url);
  // The links' types ask for the transformer of a router that is not known here; OptionsFor has none.
  const links = [
    portcullisLink<AnyTRPCRouter>(session),
    splitLink({
      condition: (op) => op.type === "subscription",
      true: httpSubscriptionLink<AnyTRPCRouter, typeof EventSource>({ url, EventSource }),
      false: httpBatchLink<AnyTRPCRouter>({
        url,
        fetch,
        headers,
        maxItems,
        maxURLLength: maxUrlCharacters,
      }),
    }),
  ];
  void session.restore();
  const api: TRPCClient<Router> = createTRPCClient<Router>({ links });
  return { api, session };
}
