import type { AuthProcedures } from "@portcullis/server";
import type { AnyTRPCRouter } from "@trpc/server";
import type { SessionEndReason } from "./errors.ts";
import {
  cookieStorage,
  guardStorage,
  memoryStorage,
  type GuardedStorage,
  type OnStorageFault,
  type SessionStorage,
} from "./session-storage.ts";

/** What the client needs of `fetch`; `globalThis.fetch` fits. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** The options of {@link createPortcullisSession}. */
export interface SessionOptions {
  /** Address of the tRPC endpoint, `https://api.example.com/trpc` for instance. */
  readonly url: string | URL;
  /** Key of the auth procedures in the router. Default "auth". */
  readonly authPath?: string;
  /**
   * Sends the requests. It must heed `signal`, `redirect` and `credentials` of what it is given, and
   * an answer without a `body` stream is not held to `maxResponseBytes`. Default: the global `fetch`
   * at the time of the call.
   */
  readonly fetch?: Fetch;
  /**
   * More headers for every request, or a function that is asked before each one. An
   * `Authorization` header among them is dropped: the client sets that one.
   */
  readonly headers?:
    | Readonly<Record<string, string>>
    | (() => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>);
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
  /**
   * Where the refresh token is kept. Default {@link cookieStorage} where there is a `document`, else
   * {@link memoryStorage}.
   */
  readonly storage?: SessionStorage;
  /**
   * Clear here what is the user's: caches above all. Called in every tab after the session has ended,
   * without a reason when that was by choice, and after another user has signed in over it.
   */
  readonly onSignedOut?: (reason: SessionEndReason | undefined) => void | Promise<void>;
  /** Told when a custom storage throws or hangs. The session goes on in memory. Default: nobody. */
  readonly onStorageFault?: OnStorageFault;
}

/** The options of {@link createPortcullisClient}. */
export interface ClientOptions extends Omit<SessionOptions, "authPath"> {
  /** Most calls in one HTTP request. Default 10, the bound of the service; 1 to 100. */
  readonly maxBatchSize?: number;
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

/** {@link SessionOptions} with every default in place. */
export interface ResolvedOptions extends Pick<SessionOptions, "fetch" | "headers" | "onSignedOut"> {
  readonly url: string;
  readonly authPath: string;
  readonly maxResponseBytes: number;
  readonly timeoutMs: number;
  readonly refreshTimeoutMs: number;
  /** Whether the refresh token is a cookie, which all tabs share. */
  readonly isCookie: boolean;
  /** A custom storage, if there is one. */
  readonly storage: GuardedStorage | undefined;
}

/** @throws RangeError when an option is out of its bound. */
export function resolveOptions(given: SessionOptions): ResolvedOptions {
  const storage = given.storage ?? ("document" in globalThis ? cookieStorage() : memoryStorage());
  const isBuiltIn = "kind" in storage;
  return {
    ...given,
    url: String(given.url),
    authPath: given.authPath ?? "auth",
    maxResponseBytes: within(
      "maxResponseBytes",
      given.maxResponseBytes ?? 8_388_608,
      65_536,
      268_435_456,
    ),
    timeoutMs: within("timeoutMs", given.timeoutMs ?? 10_000, 1, 600_000),
    refreshTimeoutMs: within("refreshTimeoutMs", given.refreshTimeoutMs ?? 3_000, 500, 10_000),
    isCookie: isBuiltIn && storage.kind === "cookie",
    storage: isBuiltIn ? undefined : guardStorage(storage, given.onStorageFault ?? (() => {})),
  };
}

/** @throws RangeError */
export function within(name: string, value: number, min: number, max: number): number {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  throw new RangeError(`${name} must be a whole number from ${min} to ${max}.`);
}
