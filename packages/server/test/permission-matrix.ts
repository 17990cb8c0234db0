import type { ErrorCode } from "../src/index.ts";

/**
 * Who may do what, and what they get to see: the rules of the API for functions, for data and for
 * fields, as `src/permission-matrix.test.ts` holds the router to them. A procedure without a row
 * here fails that test.
 */

/** Who calls. All but the stranger have signed in as verified users, and what is said came after. */
export const callers = [
  "stranger",
  "user",
  "banned",
  "unverified",
  "deleted",
  /** Has a custom role with `users:read` and `users:ban`. */
  "moderator",
  "admin",
  /** Entered the password longer ago than `sessions.confirmationMaxAgeSeconds`. */
  "stale_admin",
] as const;

export type Caller = (typeof callers)[number];

export interface MatrixRow {
  /** What it takes: every field that a caller may write. */
  readonly input: readonly string[];
  /** What it answers: every field that a caller may read; `[]` stands for each of a list. */
  readonly output: readonly string[];
  /** Whether the answer opens or continues a session. */
  readonly mintsTokens: boolean;
  /** Whose objects it reads or changes, whatever ids a caller names. */
  readonly data:
    | "nobody's"
    | "the caller's own"
    | "any user's"
    | "any user's whose role permits nothing more than the caller's"
    | "everybody's";
  readonly outcome: Readonly<Record<Caller, "runs" | ErrorCode>>;
}

const everybody = {
  stranger: "runs",
  user: "runs",
  banned: "runs",
  unverified: "runs",
  deleted: "runs",
  moderator: "runs",
  admin: "runs",
  stale_admin: "runs",
} as const;

const signedIn = {
  ...everybody,
  stranger: "unauthenticated",
  banned: "token_revoked",
  unverified: "token_revoked",
  deleted: "token_revoked",
} as const;

const signedInRecently = { ...signedIn, stale_admin: "insufficient_user_authentication" } as const;

const readers = { ...signedIn, user: "permission_denied" } as const;
const moderators = { ...readers, stale_admin: "insufficient_user_authentication" } as const;
const adminReaders = { ...readers, moderator: "permission_denied" } as const;
const admins = { ...moderators, moderator: "permission_denied" } as const;

const user = ["id", "email", "name", "role", "emailVerified"];
const tokens = [
  "accessToken",
  "tokenType",
  "expiresIn",
  "refreshToken",
  ...user.map((field) => `user.${field}`),
];
const userSummary = [...user, "createdAt", "ban.bannedAt", "ban.reason", "ban.expiresAt"];

const auditEntries = [
  "id",
  "at",
  "kind",
  "outcome",
  "actorId",
  "userId",
  "sessionId",
  "address",
  "userAgent",
  "requestId",
  "details",
].map((field) => `entries[].${field}`);

export const permissionMatrix: Readonly<Record<string, MatrixRow>> = {
  register: {
    input: ["email", "password", "name"],
    output: ["accepted"],
    mintsTokens: false,
    data: "nobody's",
    outcome: everybody,
  },
  verifyEmail: {
    input: ["token", "password"],
    output: ["verified"],
    mintsTokens: false,
    data: "the caller's own",
    outcome: everybody,
  },
  login: {
    input: ["email", "password", "refreshTokenIn"],
    output: tokens,
    mintsTokens: true,
    data: "the caller's own",
    outcome: {
      ...everybody,
      stranger: "invalid_credentials",
      banned: "invalid_credentials",
      unverified: "invalid_credentials",
      deleted: "invalid_credentials",
    },
  },
  refresh: {
    input: ["refreshToken"],
    output: tokens,
    mintsTokens: true,
    data: "the caller's own",
    outcome: {
      ...everybody,
      stranger: "refresh_token_invalid",
      banned: "refresh_token_invalid",
      unverified: "refresh_token_invalid",
      deleted: "refresh_token_invalid",
    },
  },
  forgotPassword: {
    input: ["email"],
    output: ["accepted"],
    mintsTokens: false,
    data: "nobody's",
    outcome: everybody,
  },
  resetPassword: {
    input: ["token", "newPassword"],
    output: ["changed"],
    mintsTokens: false,
    data: "the caller's own",
    outcome: { ...everybody, stranger: "email_token_invalid", deleted: "email_token_invalid" },
  },
  logout: {
    input: [],
    output: ["sessionId"],
    mintsTokens: false,
    data: "the caller's own",
    outcome: signedIn,
  },
  logoutEverywhere: {
    input: [],
    output: ["tokenVersion"],
    mintsTokens: false,
    data: "the caller's own",
    outcome: signedIn,
  },
  confirm: {
    input: ["password", "refreshTokenIn"],
    output: tokens,
    mintsTokens: true,
    data: "the caller's own",
    outcome: signedIn,
  },
  me: {
    input: [],
    output: user,
    mintsTokens: false,
    data: "the caller's own",
    outcome: signedIn,
  },
  "sessions.list": {
    input: [],
    output: [
      "[].id",
      "[].userAgent",
      "[].address",
      "[].createdAt",
      "[].lastUsedAt",
      "[].expiresAt",
      "[].current",
    ],
    mintsTokens: false,
    data: "the caller's own",
    outcome: signedIn,
  },
  "sessions.revoke": {
    input: ["sessionId"],
    output: ["sessionId"],
    mintsTokens: false,
    data: "the caller's own",
    outcome: signedIn,
  },
  "sessions.revokeOthers": {
    input: [],
    output: ["sessionIds[]"],
    mintsTokens: false,
    data: "the caller's own",
    outcome: signedIn,
  },
  "account.activity": {
    input: ["cursor", "limit", "direction"],
    output: auditEntries,
    mintsTokens: false,
    data: "the caller's own",
    outcome: signedIn,
  },
  "account.rename": {
    input: ["name"],
    output: user,
    mintsTokens: false,
    data: "the caller's own",
    outcome: signedIn,
  },
  "account.changePassword": {
    input: ["currentPassword", "newPassword", "refreshTokenIn"],
    output: tokens,
    mintsTokens: true,
    data: "the caller's own",
    outcome: signedIn,
  },
  "account.changeEmail": {
    input: ["email"],
    output: ["accepted"],
    mintsTokens: false,
    data: "the caller's own",
    outcome: signedInRecently,
  },
  "account.confirmEmail": {
    input: ["token"],
    output: user,
    mintsTokens: false,
    data: "the caller's own",
    outcome: signedIn,
  },
  "account.remove": {
    input: [],
    output: ["userId"],
    mintsTokens: false,
    data: "the caller's own",
    outcome: signedInRecently,
  },
  "admin.users.list": {
    input: ["search", "cursor", "limit", "direction"],
    output: userSummary.map((field) => `users[].${field}`),
    mintsTokens: false,
    data: "any user's",
    outcome: readers,
  },
  "admin.users.byId": {
    input: ["userId"],
    output: userSummary,
    mintsTokens: false,
    data: "any user's",
    outcome: readers,
  },
  "admin.users.ban": {
    input: ["userId", "reason", "expiresAt"],
    output: userSummary,
    mintsTokens: false,
    data: "any user's whose role permits nothing more than the caller's",
    outcome: moderators,
  },
  "admin.users.unban": {
    input: ["userId"],
    output: [...user, "createdAt", "ban"],
    mintsTokens: false,
    data: "any user's whose role permits nothing more than the caller's",
    outcome: moderators,
  },
  "admin.users.logout": {
    input: ["userId"],
    output: ["tokenVersion"],
    mintsTokens: false,
    data: "any user's whose role permits nothing more than the caller's",
    outcome: admins,
  },
  "admin.users.setRole": {
    input: ["userId", "role"],
    output: userSummary,
    mintsTokens: false,
    data: "any user's whose role permits nothing more than the caller's",
    outcome: admins,
  },
  "admin.auditLog": {
    input: ["userId", "cursor", "limit", "direction"],
    output: auditEntries,
    mintsTokens: false,
    data: "any user's",
    outcome: adminReaders,
  },
  "admin.revokeAllTokens": {
    input: [],
    output: ["tokenEpoch"],
    mintsTokens: false,
    data: "everybody's",
    outcome: admins,
  },
};
