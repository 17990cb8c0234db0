import type { User } from "../contract.ts";
import type { ErrorCode } from "../error-codes.ts";
import type { RefreshCookie } from "./refresh-cookie.ts";
import type { AnswerHeaders } from "./request-head.ts";

/** The live session of a call. Times are milliseconds since 1970. */
export interface SignedInSession {
  /** UUID. */
  readonly id: string;
  /** When the password was last given. */
  readonly authenticatedAt: number;
  /** The session's end, whatever happens. */
  readonly expiresAt: number;
}

/** Who calls: `ctx.auth` behind `auth.signedIn`. */
export interface SignedIn {
  readonly user: User;
  readonly session: SignedInSession;
}

/** What the check of a request's access token came to. */
export type CheckOutcome =
  | { readonly kind: "signed_in"; readonly auth: SignedIn }
  | { readonly kind: "anonymous" }
  | {
      readonly kind: "refused";
      readonly reason: Extract<ErrorCode, "token_invalid" | "token_expired" | "token_revoked">;
    };

/** Where a call came from, for limits and records. */
export interface Caller {
  /** UUID; clients get it with every error. */
  readonly requestId: string;
  /** The client's IP address, as the socket or a trusted proxy says it; `null` when neither does. */
  readonly address: string | null;
  /** The User-Agent header, cut to 256 characters. */
  readonly userAgent: string | null;
}

/**
 * How calls come: in a request over HTTP, over a WebSocket, or from a server that renders for whoever
 * sent a request.
 */
export type Transport = "http" | "socket" | "server";

/**
 * The tRPC context that `auth.createContext` makes once a request, and `auth.createSocketContext` once
 * a connection. Extend it as you like.
 */
export interface AuthContext extends Caller {
  readonly transport: Transport;
  /** Calls in the request: more than one in a batch. */
  readonly callCount: number;
  /** Headers of the answer. */
  readonly resHeaders: AnswerHeaders;
  readonly refreshCookie: RefreshCookie;
  /**
   * Checks the access token: at most once a request, however many calls the batch holds; on a
   * WebSocket anew each time. For procedures that serve strangers too; the others use `auth.signedIn`.
   *
   * @throws when neither the cache nor Postgres can say whether the token still holds.
   */
  readonly checkAccessToken: () => Promise<CheckOutcome>;
  /**
   * Goes on checking a token that {@link checkAccessToken} has accepted, each time that its user or
   * session changes. That it expires does not matter: a refresh is no reason to begin anew.
   *
   * @param onHeld told who is signed in, each time that it still holds. What it throws ends the watch.
   * @param signal ends the watch.
   * @returns when the signal is aborted.
   * @throws PortcullisError `token_revoked`, or `token_invalid` when its signing key was retired.
   * @throws PortcullisError `revocation_unavailable` when nobody could say for a lease.
   */
  readonly watchAccessToken: (
    onHeld: (auth: SignedIn) => void,
    signal: AbortSignal,
  ) => Promise<void>;
}

/** The context of a call behind `auth.signedIn`. */
export interface SignedInContext extends AuthContext {
  readonly auth: SignedIn;
}
