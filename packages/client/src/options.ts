import type { AuthProcedures } from "@portcullis/server";
import type { AnyTRPCRouter } from "@trpc/server";

/** What the client needs of `fetch`; `globalThis.fetch` fits. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** The options of {@link createPortcullisClient}. */
export interface ClientOptions {
  /** Address of the tRPC endpoint, `https://api.example.com/trpc` for instance. */
  readonly url: string | URL;
  /** Sends the requests. Default: the global `fetch` at the time of the call. */
  readonly fetch?: Fetch;
  /**
   * More headers for every request, or a function that is asked before each one. An
   * `Authorization` header among them is dropped: the client sets that one.
   */
  readonly headers?:
    | Readonly<Record<string, string>>
    | (() => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>);
  /** Most calls in one HTTP request. Default 10, the bound of the service; 1 to 100. */
  readonly maxBatchSize?: number;
  /** Deadline of each HTTP request, answer included, in milliseconds. Default 10000; 1 to 600000. */
  readonly timeoutMs?: number;
}

/** {@link ClientOptions}, with the key under which the router carries the auth procedures. */
export type ClientOptionsOf<AuthPath extends string> = ClientOptions &
  (AuthPath extends "auth"
    ? {
        /** Key of the auth procedures in the router. Default "auth". */
        readonly authPath?: AuthPath;
      }
    : {
        /** Key of the auth procedures in the router. */
        readonly authPath: AuthPath;
      });

/**
 * The options for a router, or a sentence (which nothing can be assigned to, so the compiler shows
 * it) when the router does not fit.
 */
export type OptionsFor<Router extends AnyTRPCRouter, AuthPath extends string> =
  Router["_def"]["record"] extends Record<AuthPath, AuthProcedures>
    ? Router["_def"]["_config"]["$types"]["transformer"] extends false
      ? ClientOptionsOf<AuthPath>
      : "This client speaks plain JSON: make the router without a transformer."
    : `The router has no Portcullis procedures under "${AuthPath}": mount auth.router there, or name its key as the second type argument and as authPath.`;
