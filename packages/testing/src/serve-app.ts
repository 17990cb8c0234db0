import {
  createPortcullisClient,
  type Fetch,
  memoryStorage,
  type OptionsFor,
  type PortcullisClient,
} from "@portcullis/client";
import type { AuthContext, ContextRequest } from "@portcullis/server";
import { createTRPCClient, httpLink, type TRPCClient, type TRPCLink } from "@trpc/client";
import type { AnyTRPCRouter, inferRouterContext } from "@trpc/server";
import type { AuthAppRouter } from "./auth-caller.ts";
import type { CallFaults } from "./call-faults.ts";
import { appUrl, createInProcessFetch, type InProcessFetch } from "./in-process-fetch.ts";
import type { TestSession } from "./test-session.ts";
import type { Credentials } from "./test-users.ts";
import type { TokenHolders } from "./token-holders.ts";

/** An application's router, called as over HTTP. Errors arrive as clients see them. */
export interface TestApp<Router extends AnyTRPCRouter> {
  /** For clients of your own, together with `fetch`. */
  readonly url: string;
  /** Answers requests to `url` in this process, from `192.0.2.1`. */
  readonly fetch: InProcessFetch;
  /** A client that is not signed in. */
  readonly anonymous: TRPCClient<Router>;
  /**
   * Opens a session for a user, or takes one that is open, and gives a client that sends its access
   * token and never renews it: so a revoked token is refused with `token_revoked` and an old one
   * with `token_expired`. What a procedure threw unexpectedly is the `cause` of the error.
   *
   * @throws TRPCClientError as `auth.login` does, `invalid_credentials` for a banned user.
   */
  as(who: Credentials | TestSession): Promise<TRPCClient<Router>>;
  /**
   * Signs a user in by a client of `createPortcullisClient`, which renews its tokens and subscribes.
   * The router has to carry `auth.router` under `auth`.
   *
   * @throws TRPCClientError as `auth.login` does.
   */
  clientAs(user: ClientUserOf<Router>): Promise<PortcullisClient<Router>>;
}

/** What a user signs in with; or a sentence for the compiler to show when the router does not suit the client. */
type ClientUserOf<Router extends AnyTRPCRouter> =
  OptionsFor<Router, "auth"> extends string ? OptionsFor<Router, "auth"> : Credentials;

/** How a router is served. */
export interface ServeOptions<Context> {
  /** The application's own context, which extends that of `auth.createContext(request)`, the default. */
  readonly createContext?: (request: ContextRequest) => Context | Promise<Context>;
}

/** The options may be left out where the context of `auth.createContext` is enough for the router. */
export type ServeArguments<Router extends AnyTRPCRouter> =
  AuthContext extends inferRouterContext<Router>
    ? [options?: ServeOptions<inferRouterContext<Router>>]
    : [options: Required<ServeOptions<inferRouterContext<Router>>>];

/** What an application stands on in a test. */
export interface AppParts {
  readonly createContext: (request: ContextRequest) => unknown;
  readonly signIn: (user: Credentials) => Promise<TestSession>;
  readonly holders: TokenHolders;
  readonly faults: CallFaults;
  readonly closeAtEnd: (client: { readonly close: () => void }) => void;
}

export function serveApp<Router extends AnyTRPCRouter>(
  router: Router,
  parts: AppParts,
): TestApp<Router> {
  const fetchAsDefault = createInProcessFetch(router, parts.createContext)({});

  function createClient(accessToken?: string): TRPCClient<Router> {
    const headers = accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` };
    const http: TRPCLink<AnyTRPCRouter> = httpLink({
      url: appUrl,
      fetch: (url, init) => fetchAsDefault(String(url), init as RequestInit),
      headers,
      // Whatever the application's router has, and its type parameter cannot say.
      transformer: router._def._config.transformer,
    });
    return createTRPCClient<Router>({
      links: [parts.faults.link<Router>(), http as TRPCLink<Router>],
    });
  }

  return {
    url: appUrl,
    fetch: fetchAsDefault,
    anonymous: createClient(),

    async as(who) {
      const { accessToken } = "accessToken" in who ? who : await parts.signIn(who);
      const client = createClient(accessToken);
      parts.holders.add(client, () => accessToken);
      return client;
    },

    async clientAs(user) {
      let accessToken = "";
      const fetch: Fetch = (url, init) => {
        accessToken = bearerOf(init) ?? accessToken;
        return fetchAsDefault(url, init);
      };
      // That the router suits is what the type of `user` says.
      const client = createPortcullisClient<AuthAppRouter>({
        url: appUrl,
        fetch,
        // Cookies need a browser, and a `document` alone is none.
        storage: memoryStorage(),
      });
      const { email, password } = user as Credentials;
      parts.closeAtEnd(client.session);
      ({ accessToken } = await client.api.auth.login.mutate({ email, password }));
      parts.holders.add(client, () => accessToken);
      parts.holders.add(client.api, () => accessToken);
      return client;
    },
  };
}

function bearerOf({ headers }: RequestInit): string | undefined {
  return /^Bearer (.+)$/.exec(new Headers(headers).get("authorization") ?? "")?.[1];
}
