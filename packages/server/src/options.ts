import type { WriteThroughCache } from "@portcullis/write-through";
import type { Kysely } from "kysely";
import type { RoleOptions } from "./admin/permissions.ts";
import type { AuthEvent } from "./events.ts";
import type { LimitOptions } from "./limits/limit-options.ts";
import type { MailOptions } from "./mail/mail-options.ts";
import type { PasswordOptions } from "./passwords/password-options.ts";
import type { SubscriptionOptions } from "./subscriptions/subscription-options.ts";

/** A JWS algorithm that access tokens may be signed with (RFC 7518, RFC 8037). */
export type TokenAlgorithm = "EdDSA" | "ES256";

/** How access tokens are made and read. */
export interface TokenOptions {
  /** The `iss` claim, compared exactly. 1 to 255 characters; a URL of the service is usual. */
  readonly issuer: string;
  /**
   * The `aud` claim, compared exactly. 1 to 255 characters. Give every environment its own, so that
   * a token of one is refused in the other.
   */
  readonly audience: string;
  /** Life of an access token in seconds. Default 600; 60 to 3600. */
  readonly accessTokenTtlSeconds?: number;
  /**
   * Default `"EdDSA"` (Ed25519). Changing it refuses the access tokens of the other algorithm;
   * clients then refresh.
   */
  readonly algorithm?: TokenAlgorithm;
  /**
   * Age at which a signing key is followed by a new one, which is published 10 minutes before it
   * signs. Days. Default 90; 1 to 730.
   */
  readonly keyRotationDays?: number;
  /**
   * The request header that carries the access token. Default `"authorization"`, which takes
   * `Bearer <token>` and nothing else; any other name takes the bare token as well.
   */
  readonly headerName?: string;
}

/** How long sessions live. */
export interface SessionOptions {
  /** A session that is not refreshed for so long ends. Seconds. Default 14 days; 60 s to 90 days. */
  readonly refreshIdleTtlSeconds?: number;
  /** A session ends so long after its login, however often it is refreshed. Seconds. Default 30 days; 60 s to 365 days. */
  readonly absoluteTtlSeconds?: number;
  /**
   * For so long after a refresh its old refresh token answers with the same successor, so that two
   * racing tabs or a lost answer do not end the session. Seconds. Default 10; 0 to 60.
   */
  readonly refreshGraceSeconds?: number;
  /** Most live sessions of a user; a login above it ends the oldest. Default 20; 1 to 100. */
  readonly perUserMax?: number;
  /**
   * How long after the password was entered a session may change the email, delete the account or
   * act as admin; later such calls are refused with `insufficient_user_authentication`. Seconds.
   * Default 300; 60 to 3600.
   */
  readonly confirmationMaxAgeSeconds?: number;
}

/** Who may have a session. */
export interface AccountOptions {
  /**
   * Whether an account opens only to those who have shown that they read its mail. Default true,
   * and then `mail` is needed. Without it anybody can use an account under an address that is not
   * theirs, until the address's owner registers.
   */
  readonly requireVerifiedEmail?: boolean;
}

/**
 * What {@link createAuth} takes.
 *
 * @typeParam Database The tables of the application. Portcullis keeps its own in the Postgres
 * schema `portcullis` (see `migrateAuth`) and does not ask for them in this type.
 */
export interface AuthOptions<Database> {
  /** The primary Postgres (15 or later) or PGlite. Stays yours: `stop()` does not destroy it. */
  readonly database: Kysely<Database>;
  /** A cache over the same database. Start it before `auth.start()`; stop it after `auth.stop()`. */
  readonly cache: WriteThroughCache<Database>;
  /**
   * Encrypts the signing keys and the waiting mails in the database, and derives refresh tokens. 32
   * to 4096 bytes of UTF-8, random: `openssl rand -base64 48`. The same on all nodes. In a list of 1
   * to 10 the first is used for what is new, and the others open what is older.
   */
  readonly secret: string | readonly string[];
  readonly tokens: TokenOptions;
  readonly sessions?: SessionOptions;
  readonly accounts?: AccountOptions;
  readonly passwords?: PasswordOptions;
  /** Needed where `accounts.requireVerifiedEmail` holds. Without it no mail is sent at all. */
  readonly mail?: MailOptions;
  /**
   * Where limits are counted: `createRedisLimitStore` where several processes serve. Default in the
   * memory of this process.
   */
  readonly limits?: LimitOptions;
  /** How many subscriptions are live at once. */
  readonly subscriptions?: SubscriptionOptions;
  /** The permissions of the application's own roles. Default: `user` and `admin` only. */
  readonly roles?: RoleOptions;
  /**
   * Web origins besides the service's own whose pages may call it, `https://app.example.com` for
   * instance; compared exactly. Behind a proxy that ends TLS the public origin belongs here too.
   * Default none; at most 100.
   */
  readonly allowedOrigins?: readonly string[];
  /**
   * Networks of the proxies in front of the service, as CIDR: what these say of the client's address
   * (`X-Forwarded-For`) is believed, and nobody else. Default none; at most 100.
   */
  readonly trustedProxies?: readonly string[];
  /** Deadline of each statement or transaction sent to Postgres, in milliseconds. Default 5000; 100 to 60000. */
  readonly databaseTimeoutMs?: number;
  /** Told what happens, for a log. Must not throw; what it throws becomes a process warning. */
  readonly onEvent?: (event: AuthEvent) => void;
  /** The time in milliseconds since 1970, for tests. Default `Date.now`. */
  readonly now?: () => number;
}
