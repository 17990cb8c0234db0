import type {
  TRPCBuiltRouter,
  TRPCMutationProcedure,
  TRPCQueryProcedure,
  TRPCSubscriptionProcedure,
} from "@trpc/server";
import type { ErrorCode } from "./error-codes.ts";

/** The signed-in user, as the API shows it. */
export interface User {
  /** UUID. */
  readonly id: string;
  /** In canonical form (lower case). */
  readonly email: string;
  readonly name: string;
  readonly role: string;
  /** Whether somebody has shown to read the mail of `email`. */
  readonly emailVerified: boolean;
}

/** What a successful login or refresh answers (the words of RFC 6749, section 5.1). */
export interface TokenSet {
  /** A JWT for `Authorization: Bearer`. */
  readonly accessToken: string;
  readonly tokenType: "Bearer";
  /** Life of the access token in seconds, from the moment of the answer. */
  readonly expiresIn: number;
  /** Good for one refresh. `null` when it was set as a cookie: scripts never see it then. */
  readonly refreshToken: string | null;
  readonly user: User;
}

/** One live session of the signed-in user. Times are ISO 8601 in UTC. */
export interface SessionSummary {
  readonly id: string;
  /** The User-Agent header at login, cut to 256 characters. */
  readonly userAgent: string | null;
  /** The IP address at login. */
  readonly address: string | null;
  readonly createdAt: string;
  /** The last refresh, up to an hour late. */
  readonly lastUsedAt: string;
  readonly expiresAt: string;
  /** Is it the session of the token that asks? */
  readonly current: boolean;
}

/** One refused field of an input. */
export interface InputIssue {
  readonly path: string;
  readonly message: string;
}

/** What an error of the API carries besides its reason, by the reason. */
export interface ErrorFactsByReason {
  readonly input_invalid: {
    /** At most 10; absent when the input was not JSON. */
    readonly issues?: readonly InputIssue[];
  };
  readonly rate_limited: {
    /** Whole seconds to wait, also in `Retry-After`. */
    readonly retryAfterSeconds: number;
  };
  readonly insufficient_user_authentication: {
    /**
     * How long ago the password may have been entered (`max_age` of RFC 9470). `auth.confirm` enters
     * it again.
     */
    readonly maxAgeSeconds: number;
  };
  readonly password_refused: {
    /** Among common ones, made of known words, or breached. */
    readonly passwordFault: "common" | "context" | "breached";
  };
  readonly permission_denied: {
    /** What the role does not permit. */
    readonly permission: string;
  };
}

/** What every error of the API carries in `data`, whatever its reason. */
export interface ErrorDataOf<Reason extends ErrorCode> {
  /** tRPC's name of the HTTP status, `UNAUTHORIZED` for instance. */
  readonly code: string;
  readonly httpStatus: number;
  readonly path?: string;
  /** Portcullis' stable code. */
  readonly reason: Reason;
  /** Find the call in the server's log by it. */
  readonly requestId: string;
}

/** `data` of an error: comparing `reason` gives the facts of that reason their types. */
export type ErrorData = {
  [Reason in ErrorCode]: ErrorDataOf<Reason> &
    (Reason extends keyof ErrorFactsByReason ? ErrorFactsByReason[Reason] : unknown);
}[ErrorCode];

/** What every error of the API carries. */
export interface ErrorShape {
  readonly code: number;
  readonly message: string;
  readonly data: ErrorData;
}

/** A user, as admins see them. Times are ISO 8601 in UTC. */
export interface UserSummary extends User {
  readonly createdAt: string;
  /** `null` when the user is not banned, and when the ban is over. */
  readonly ban: UserBan | null;
}

export interface UserBan {
  readonly bannedAt: string;
  readonly reason: string | null;
  /** `null` when it has no end. */
  readonly expiresAt: string | null;
}

/** Which page of a list. */
export interface PageInput {
  /** The `nextCursor` of the page before; without it, the first page. */
  cursor?: string | undefined;
  /** Most entries of the page. */
  limit?: number | undefined;
  /** Said by tRPC's infinite queries, which these pages fit as they are. */
  direction?: "forward" | undefined;
}

/** A page of users, newest first. */
export interface UserPage {
  readonly users: readonly UserSummary[];
  /** Pass it as `cursor` to get the next page. Absent on the last one. */
  readonly nextCursor?: string;
}

/** An entry of the audit log. `id` counts up; the other ids are UUIDs; `at` is ISO 8601 in UTC. */
export interface AuditEntry {
  readonly id: string;
  readonly at: string;
  /** `login_failed` for instance. New ones may come. */
  readonly kind: string;
  readonly outcome: "success" | "refused";
  /** Who did it; `null` when nobody was signed in. */
  readonly actorId: string | null;
  /** To whom it was done. */
  readonly userId: string | null;
  readonly sessionId: string | null;
  readonly address: string | null;
  readonly userAgent: string | null;
  readonly requestId: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

/** A page of the audit log, newest first. */
export interface AuditPage {
  readonly entries: readonly AuditEntry[];
  readonly nextCursor?: string;
}

/** Where a client wants its refresh tokens: in the answers, or, in browsers, in a cookie. */
export type RefreshTokenPlace = "body" | "cookie";

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
/** A subscription, as clients see it: for a contract of an application's own procedures. */
export type SubscriptionContract<Input, Output> = TRPCSubscriptionProcedure<{
  input: Input;
  output: AsyncIterable<Output, void>;
  meta: unknown;
}>;

/** The procedures of {@link AuthRouter}, by name. A type and not an interface: tRPC asks for an index signature. */
export type AuthProcedures = {
  /**
   * Asks for an account, and signs nobody in. The answer is the same whether or not the email is
   * already in use: what happens next stands in a mail.
   *
   * `email`: at most 254 ASCII characters, compared in lower case. `password`: 15 to 256 code
   * points after NFC, any but NUL. `name`: 1 to 100 code points after NFC and trimming, no control
   * characters.
   *
   * Refuses with `input_invalid`, `password_refused`, `rate_limited`, `overloaded`, `unavailable`,
   * `outcome_unknown`, and `request_refused` in a batch with other calls.
   */
  register: MutationContract<{ email: string; password: string; name: string }, { accepted: true }>;
  /**
   * Confirms the email of a registration, by the token of its mail and the password chosen then:
   * the one who registered and the one who reads the mailbox have to be the same. Signs nobody in.
   * An unverified account that somebody else made with this email is deleted.
   *
   * Refuses with `email_token_invalid` (unknown, used, or over after 24 h), `invalid_credentials` when
   * the password is another, and as `register` does.
   */
  verifyEmail: MutationContract<{ token: string; password: string }, { verified: true }>;
  /**
   * Opens a session. Works without the cache. A session that the request shows a token of, or a
   * cookie, is ended. Of more than 20 sessions (option `sessions.perUserMax`) the oldest is ended.
   *
   * `refreshTokenIn`: `"cookie"` sets the refresh token as an HttpOnly cookie and is for pages over
   * https or at http://localhost; default `"body"`.
   *
   * Refuses with `invalid_credentials` whether the email is unknown, the password wrong, the email
   * not verified or the user banned; with `rate_limited` for known and unknown emails alike; and
   * with `input_invalid`, `overloaded`, `unavailable`, `outcome_unknown` (then a session may be open
   * that nobody holds a token of), and `request_refused` in a batch with other calls, or for a
   * cookie that would travel in clear or, in a streamed answer (`httpBatchStreamLink`), be lost.
   */
  login: MutationContract<
    { email: string; password: string; refreshTokenIn?: RefreshTokenPlace | undefined },
    TokenSet
  >;
  /**
   * Trades a refresh token, at most 200 characters, for a new pair; without one in the input, that
   * of the cookie, and the new one is set as a cookie. The same token again within the grace (10 s
   * by default), while the new one is unused, gets the same new one: repeating a call without an
   * answer is safe. Any other second use ends the session and tells the user by mail.
   *
   * Refuses with `refresh_token_invalid`, `refresh_token_reused`, `input_invalid`, `rate_limited`,
   * `unavailable`, `outcome_unknown`, `revocation_unavailable` when a reuse could not be acted on,
   * and `request_refused` in a batch with other calls, or for a cookie whose successor would be lost
   * in a streamed answer; the cookie is not used up then.
   */
  refresh: MutationContract<{ refreshToken?: string | null | undefined }, TokenSet>;
  /**
   * Ends the session of the token that asks: when this returns, its tokens are refused everywhere.
   *
   * With Redis away, or past a node that died, it takes up to a lease longer, once.
   *
   * Refuses with `revocation_unavailable` (nothing was changed), `unavailable`, `outcome_unknown`,
   * and as all procedures for signed-in users do: `unauthenticated`, `token_invalid`,
   * `token_expired`, `token_revoked`, `rate_limited`.
   */
  logout: MutationContract<void, { sessionId: string }>;
  /**
   * Ends every session of the user and revokes every token, by raising the token version by one.
   * Refuses as `logout` does.
   */
  logoutEverywhere: MutationContract<void, { tokenVersion: number }>;
  /**
   * Enters the password again, for calls that refused with `insufficient_user_authentication`. The
   * session is replaced by a new one: use the new tokens from then on.
   *
   * Refuses with `invalid_credentials`, `rate_limited`, `overloaded`, and as `logout` does.
   */
  confirm: MutationContract<
    { password: string; refreshTokenIn?: RefreshTokenPlace | undefined },
    TokenSet
  >;
  /** The signed-in user, as of now. Refuses as all procedures for signed-in users do. */
  me: QueryContract<void, User>;
  /**
   * Asks for a mail with a token that sets a new password. The answer is the same for everybody.
   * Refuses with `input_invalid`, `rate_limited`, `unavailable`, `outcome_unknown`.
   */
  forgotPassword: MutationContract<{ email: string }, { accepted: true }>;
  /**
   * Sets a new password by the token of a mail, which is good once and for 10 minutes, and ends
   * every session of the user. Signs nobody in. The email counts as verified then.
   *
   * Refuses with `email_token_invalid`, `password_refused`, `revocation_unavailable`, and as
   * `register` does.
   */
  resetPassword: MutationContract<{ token: string; newPassword: string }, { changed: true }>;
  sessions: {
    /** The user's live sessions, newest first, at most 100. */
    list: QueryContract<void, SessionSummary[]>;
    /**
     * Ends one of the user's sessions, also one that has ended. `sessionId` is a UUID in lower
     * case. Refuses with `session_not_found`, whether it is another user's or nobody's, and as
     * `logout` does.
     */
    revoke: MutationContract<{ sessionId: string }, { sessionId: string }>;
    /** Ends all of the user's sessions but that of the token that asks. Refuses as `logout` does. */
    revokeOthers: MutationContract<void, { sessionIds: string[] }>;
  };
  account: {
    /**
     * What the audit log has about the user's own account: logins, also failed ones, changes, ended
     * sessions, what admins did. Newest first; `limit`: most entries of the page, 1 to 100, default 50.
     * The `nextCursor` of a page is the `cursor` of the next; the last page has none.
     *
     * Nothing in it tells of others. What an admin did has `actorId`, `sessionId`, `address`,
     * `userAgent` and `requestId` null, as what an operator did has; a ban's reason is left out, and
     * so are calls that were denied. What another service revoked has only the session.
     *
     * Refuses with `input_invalid`, and as all procedures for signed-in users do.
     */
    activity: QueryContract<PageInput, AuditPage>;
    /** Changes the name to show. Refuses as `logout` does, and with `input_invalid`. */
    rename: MutationContract<{ name: string }, User>;
    /**
     * Changes the password and ends every session of the user; the answer opens a new one for the
     * caller. Tells the user by mail.
     *
     * Refuses with `invalid_credentials` when the current password is wrong (nothing is ended then),
     * `password_refused`, `rate_limited`, `overloaded`, and as `logout` does.
     */
    changePassword: MutationContract<
      {
        currentPassword: string;
        newPassword: string;
        refreshTokenIn?: RefreshTokenPlace | undefined;
      },
      TokenSet
    >;
    /**
     * Asks for another email: it becomes the user's once `account.confirmEmail` was called with the
     * token that is mailed to it. The answer is the same whether or not somebody has it already.
     *
     * Refuses with `insufficient_user_authentication` when the password was entered more than 5
     * minutes ago, `input_invalid`, `rate_limited`, and as `logout` does.
     */
    changeEmail: MutationContract<{ email: string }, { accepted: true }>;
    /**
     * Makes the email that the token was mailed to the user's, verified. Tells both addresses.
     * Refuses with `email_token_invalid` (also for a token of another user, and when somebody else
     * has the email by now), and as `logout` does.
     */
    confirmEmail: MutationContract<{ token: string }, User>;
    /**
     * Deletes the account: when this returns, all of its tokens are refused everywhere. Refuses with
     * `insufficient_user_authentication`, with `permission_denied` for the last admin, and as `logout`
     * does.
     */
    remove: MutationContract<void, { userId: string }>;
  };
  /** For roles with the permission named; others are refused with `permission_denied`. */
  admin: {
    users: {
      /**
       * Permission `users:read`. `search`: 1 to 100 characters, in the email or the name, in any case
       * of A to Z, and of other letters as the locale of the database has it.
       * `limit`: most users of the page, 1 to 100, default 50.
       */
      list: QueryContract<PageInput & { search?: string | undefined }, UserPage>;
      /** Permission `users:read`. Refuses with `user_not_found`. */
      byId: QueryContract<{ userId: string }, UserSummary>;
      /**
       * Permission `users:ban`. Ends every session of the user, and no new one opens before
       * `expiresAt` (ISO 8601 in UTC, in the future), or ever when it is absent. `reason`: 1 to 500
       * code points, for the audit log and other admins. Of users whose role permits something that
       * the caller's does not: `permission_denied`. Refuses with `insufficient_user_authentication`,
       * `user_not_found`, and as `logout` does.
       */
      ban: MutationContract<
        { userId: string; reason: string; expiresAt?: string | undefined },
        UserSummary
      >;
      /** Permission `users:ban`. Refuses as `ban` does. */
      unban: MutationContract<{ userId: string }, UserSummary>;
      /** Permission `users:logout`. Ends every session of the user. Refuses as `ban` does. */
      logout: MutationContract<{ userId: string }, { tokenVersion: number }>;
      /**
       * Permission `users:set_role`. Holds from the user's next call on. Neither the role before nor
       * the one after may permit what the caller's does not. Refuses as `ban` does.
       */
      setRole: MutationContract<{ userId: string; role: string }, UserSummary>;
    };
    /**
     * Permission `audit:read`. Newest first; `userId`: only what was done to that user or by them.
     * `limit`: 1 to 100, default 50.
     */
    auditLog: QueryContract<PageInput & { userId?: string | undefined }, AuditPage>;
    /**
     * Permission `tokens:revoke_all`. Ends every session of every user, the caller's included.
     * Refuses with `insufficient_user_authentication`, and as `logout` does.
     */
    revokeAllTokens: MutationContract<void, { tokenEpoch: number }>;
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
