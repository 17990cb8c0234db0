import type { AuthProcedures } from "@portcullis/server";
import type { AnyTRPCRouter } from "@trpc/server";

/** What the client needs of `fetch`; `globalThis.fetch` fits. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** The options of {@link createPortcullisClient}. */
export interface ClientOptions {
  /** Address of the tRPC endpoint, `https://api.example.com/trpc` for instance. */
  readonly url: string | URL;
  /**
   * Sends the requests. It must heed `signal` and `redirect` of what it is given, and an answer
   * without a `body` stream is not held to `maxResponseBytes`. Default: the global `fetch` at the
   * time of the call.
   */
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
  /**
   * Most bytes of one HTTP answer (of a whole batch), after decompression; a longer one fails its
   * calls with a {@link ResponseTooLargeError} as `cause`. Default 8388608 (8 MiB); 65536 (64 KiB)
   * to 268435456 (256 MiB).
   */
  readonly maxResponseBytes?: number;
  /**
   * Deadline of each HTTP request but a refresh, answer included, in milliseconds. Default 10000; 1
   * to 600000.
   */
  readonly timeoutMs?: number;
  /**
   * Deadline of each of the two attempts at a refresh, answer included, in milliseconds. Both must
   * fit into the server's `sessions.refreshGraceSeconds` (10 by default), or a lost answer ends the
   * session as if its token were stolen. Default 3000; 500 to 10000.
   */
  readonly refreshTimeoutMs?: number;
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
