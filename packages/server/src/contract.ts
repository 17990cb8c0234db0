import type { TRPCBuiltRouter, TRPCMutationProcedure, TRPCQueryProcedure } from "@trpc/server";
import type { ErrorCode } from "./error-codes.ts";

/** The signed-in user, as the API shows it. */
export interface User {
  /** UUID. */
  readonly id: string;
  /** In canonical form (lower case). */
  readonly email: string;
  readonly name: string;
  readonly role: string;
}

/** What a successful login or refresh answers (the words of RFC 6749, section 5.1). */
export interface TokenSet {
  /** A JWT for `Authorization: Bearer`. */
  readonly accessToken: string;
  readonly tokenType: "Bearer";
  /** Life of the access token in seconds, from the moment of the answer. */
  readonly expiresIn: number;
  /** Good for one refresh. */
  readonly refreshToken: string;
  readonly user: User;
}

/** One live session of the signed-in user. Times are ISO 8601 in UTC. */
export interface SessionSummary {
  readonly id: string;
  /** The User-Agent header at login, cut to 256 characters. */
  readonly userAgent: string | null;
  readonly createdAt: string;
  readonly expiresAt: string;
  /** Is it the session of the token that asks? */
  readonly current: boolean;
}

/** One refused field of an input. */
export interface InputIssue {
  readonly path: string;
  readonly message: string;
}

/** What every error of the API carries. */
export interface ErrorShape {
  readonly code: number;
  readonly message: string;
  readonly data: {
    /** tRPC's name of the HTTP status, `UNAUTHORIZED` for instance. */
    readonly code: string;
    readonly httpStatus: number;
    readonly path?: string;
    /** Portcullis' stable code. */
    readonly reason: ErrorCode;
    /** Find the call in the server's log by it. */
    readonly requestId: string;
    /** Present when `reason` is `input_invalid`; at most 10. */
    readonly issues?: readonly InputIssue[];
  };
}

/** A query, as clients see it: for a contract of an application's own procedures. */
export type QueryContract<Input, Output> = TRPCQueryProcedure<{
  input: Input;
  output: Output;
  meta: unknown;
}>;
/** A mutation, as clients see it: for a contract of an application's own procedures. */
export type MutationContract<Input, Output> = TRPCMutationProcedure<{
  input: Input;
  output: Output;
  meta: unknown;
}>;

/** The procedures of {@link AuthRouter}, by name. A type and not an interface: tRPC asks for an index signature. */
export type AuthProcedures = {
  /**
   * Creates an account, and signs nobody in. The answer is the same whether or not the email is
   * already in use.
   *
   * `email`: at most 254 ASCII characters, compared in lower case. `password`: 15 to 256 code
   * points after NFC, any but NUL. `name`: 1 to 100 code points after NFC and trimming, no control
   * characters.
   *
   * Refuses with `input_invalid`, `overloaded`, `unavailable`, `outcome_unknown`, and
   * `request_refused` in a batch with other calls.
   */
  register: MutationContract<{ email: string; password: string; name: string }, { accepted: true }>;
  /**
   * Opens a session. Works without the cache. Refuses with `invalid_credentials` whether the email
   * is unknown, the password wrong or the user banned; and with `input_invalid`, `overloaded`,
   * `unavailable`, `outcome_unknown` (then a session may be open that nobody holds a token of), and
   * `request_refused` in a batch with other calls.
   */
  login: MutationContract<{ email: string; password: string }, TokenSet>;
  /**
   * Trades a refresh token, at most 200 characters, for a new pair. The same token again within the
   * grace (10 s by default), while the new one is unused, gets the same new one: repeating a call
   * without an answer is safe. Any other second use ends the session.
   *
   * Refuses with `refresh_token_invalid`, `refresh_token_reused`, `input_invalid`, `unavailable`,
   * `outcome_unknown`, `revocation_unavailable` when a reuse could not be acted on, and
   * `request_refused` in a batch with other calls.
   */
  refresh: MutationContract<{ refreshToken: string }, TokenSet>;
  /**
   * Ends the session of the token that asks: when this returns, its tokens are refused everywhere.
   *
   * With Redis away, or past a node that died, it takes up to a lease longer, once.
   *
   * Refuses with `revocation_unavailable` (nothing was changed), `unavailable`, `outcome_unknown`,
   * and as all procedures for signed-in users do: `unauthenticated`, `token_invalid`,
   * `token_expired`, `token_revoked`.
   */
  logout: MutationContract<void, { sessionId: string }>;
  /**
   * Ends every session of the user and revokes every token, by raising the token version by one.
   * Refuses as `logout` does.
   */
  logoutEverywhere: MutationContract<void, { tokenVersion: number }>;
  /** The signed-in user, as of now. Refuses as all procedures for signed-in users do. */
  me: QueryContract<void, User>;
  sessions: {
    /** The user's live sessions, newest first, at most 100. */
    list: QueryContract<void, SessionSummary[]>;
    /**
     * Ends one of the user's sessions, also one that has ended. `sessionId` is a UUID in lower
     * case. Refuses with `session_not_found`, whether it is another user's or nobody's, and as
     * `logout` does.
     */
    revoke: MutationContract<{ sessionId: string }, { sessionId: string }>;
  };
};

/**
 * The type of `auth.router`, written by hand so that a client's declarations do not carry the
 * server's context, and with it all of Kysely.
 */
export type AuthRouter = TRPCBuiltRouter<
  { ctx: object; meta: object; errorShape: ErrorShape; transformer: false },
  AuthProcedures
>;
