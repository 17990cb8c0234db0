import { passwordResetLifeMs } from "../accounts/token-lives.ts";

/** What every limit says of itself. */
interface LimitBase {
  /** Procedures, by their paths below the auth router; none where the kind says which calls. */
  readonly bounds: readonly string[];
  /** Whose calls count together. An account is an email, whether anybody has registered it or not. */
  readonly key: "account" | "address" | "account and address" | "user and permission";
  /** The reason for the limit and for its numbers. */
  readonly why: string;
}

/** So many in a window, which begins with the first of them. */
export interface WindowLimit extends LimitBase {
  /**
   * - `call`: counted as the call comes.
   * - `account`: counted once the feature knows the account.
   * - `password_try`: counted before a password is compared.
   * - `every_call`: as `call`, in the memory of each process, for it must not cost a round trip.
   * - `denial`: counted when a call is denied, and decides only whether the audit log is told.
   */
  readonly kind: "call" | "account" | "password_try" | "every_call" | "denial";
  readonly points: number;
  readonly windowSeconds: number;
}

/** Some tries at once, then one after each delay. Delays double. */
export interface DelayLimit extends LimitBase {
  readonly kind: "growing_delay";
  /** Tries before the first delay, in a window of `memorySeconds`. */
  readonly freeTries: number;
  readonly firstDelaySeconds: number;
  readonly longestDelaySeconds: number;
  /** Once no delay has begun for so long, the next one is the first again. */
  readonly memorySeconds: number;
}

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

const passwordProcedures = ["login", "verifyEmail", "confirm", "account.changePassword"] as const;

const delays = {
  firstDelaySeconds: 1,
  longestDelaySeconds: 20 * minute,
  memorySeconds: day,
} as const;

/** All limits. `docs/limits.md` is made of this table. */
export const limits = {
  password_from_address: {
    kind: "growing_delay",
    bounds: passwordProcedures,
    key: "account and address",
    freeTries: 5,
    ...delays,
    why: "Stops guessing from one place, and leaves a few tries to an owner who mistypes. A right password clears it.",
  },
  password_from_strangers: {
    kind: "growing_delay",
    bounds: passwordProcedures,
    key: "account",
    freeTries: 10,
    ...delays,
    why: "Stops guessing from many places. It counts only where the address is not known for the account, so it never delays an owner at a usual place.",
  },
  password_failures_of_address: {
    kind: "password_try",
    bounds: passwordProcedures,
    key: "address",
    points: 100,
    windowSeconds: hour,
    why: "Stops trying one password on many accounts. It counts only where the address is not known for the account, and a right password gives its point back, so those who share an address can sign in.",
  },
  registrations_of_address: {
    kind: "call",
    bounds: ["register"],
    key: "address",
    points: 20,
    windowSeconds: hour,
    why: "Each costs a password hash and a mail. Enough for a class that signs up together.",
  },
  registrations_of_account_from_address: {
    kind: "account",
    bounds: ["register"],
    key: "account and address",
    points: 3,
    windowSeconds: hour,
    why: "One stranger cannot use up what the account has, so its owner can register. A password that is refused does not count.",
  },
  registrations_of_account: {
    kind: "account",
    bounds: ["register"],
    key: "account",
    points: 5,
    windowSeconds: 10 * minute,
    why: "Nobody's mailbox is filled by others. A link is good only with the password of its registration, so strangers' mails are of no use to an owner, and the window is short: strangers at several addresses keep an owner from registering only for as long as they go on.",
  },
  resets_of_address: {
    kind: "call",
    bounds: ["forgotPassword"],
    key: "address",
    points: 20,
    windowSeconds: hour,
    why: "Each may send a mail to somebody else.",
  },
  resets_of_account: {
    kind: "account",
    bounds: ["forgotPassword"],
    key: "account",
    points: 3,
    windowSeconds: passwordResetLifeMs / 1000,
    why: "Nobody's mailbox is filled by others. The newest link works whoever asked for it, and for no shorter than the window: while the limit is used up, the owner has a link that works.",
  },
  sessions_of_account: {
    kind: "account",
    bounds: ["login", "confirm", "account.changePassword"],
    key: "account",
    points: 100,
    windowSeconds: hour,
    why: "Each opens a session, and writes to the audit log. Counted once the password has turned out right, so strangers use nothing of it up.",
  },
  renames_of_account: {
    kind: "account",
    bounds: ["account.rename"],
    key: "account",
    points: 20,
    windowSeconds: hour,
    why: "Each is written to the audit log.",
  },
  email_changes_of_account: {
    kind: "account",
    bounds: ["account.changeEmail"],
    key: "account",
    points: 5,
    windowSeconds: hour,
    why: "Counts the account that asks: it sends few mails to addresses that may be somebody else's.",
  },
  email_changes_to_account: {
    kind: "account",
    bounds: ["account.changeEmail"],
    key: "account",
    points: 3,
    windowSeconds: hour,
    why: "Counts the email asked for: many accounts together do not fill a mailbox either.",
  },
  mailed_secrets_of_address: {
    kind: "call",
    bounds: ["verifyEmail", "resetPassword", "account.confirmEmail"],
    key: "address",
    points: 60,
    windowSeconds: hour,
    why: "A mailed secret is too long to be guessed; this bounds what trying costs us.",
  },
  refreshes_of_address: {
    kind: "call",
    bounds: ["refresh"],
    key: "address",
    points: 600,
    windowSeconds: minute,
    why: "Each costs a transaction. Enough for thousands of users behind one address.",
  },
  calls_of_address: {
    kind: "every_call",
    bounds: [],
    key: "address",
    points: 6000,
    windowSeconds: minute,
    why: "The ceiling for what no other limit names, `logout` for instance. Each call of a batch counts, and so do those of an application behind `auth.signedIn`.",
  },
  noted_denials: {
    kind: "denial",
    bounds: [],
    key: "user and permission",
    points: 30,
    windowSeconds: hour,
    why: "Nobody fills the audit log with what they may not do. A call that is denied is denied all the same, and every one is told to `onEvent`.",
  },
} as const satisfies Record<string, WindowLimit | DelayLimit>;

/** Names a limit in logs, keys and documentation. A name keeps its meaning for good. */
export type LimitName = keyof typeof limits;

type NameOfKind<Kind extends (WindowLimit | DelayLimit)["kind"]> = {
  [Name in LimitName]: (typeof limits)[Name]["kind"] extends Kind ? Name : never;
}[LimitName];

export type CallLimitName = NameOfKind<"call">;
export type AccountLimitName = NameOfKind<"account">;

/** A procedure whose calls have a limit of their own. */
export type LimitedProcedure = (typeof limits)[CallLimitName]["bounds"][number];

/** The limit that counts the calls of a procedure. */
export const callLimitOf = {
  register: "registrations_of_address",
  forgotPassword: "resets_of_address",
  verifyEmail: "mailed_secrets_of_address",
  resetPassword: "mailed_secrets_of_address",
  "account.confirmEmail": "mailed_secrets_of_address",
  refresh: "refreshes_of_address",
} as const satisfies Record<LimitedProcedure, CallLimitName>;

/**
 * For so long after a right password, an address is known for the account. The 30 days are renewed
 * by each.
 */
export const knownAddressSeconds = 30 * day;

/** An account's addresses stay forgotten for longer than any that was seen before is known. */
export const addressesForgottenSeconds = knownAddressSeconds + day;
