import type { WriteThroughCache } from "@portcullis/write-through";
import type { Kysely } from "kysely";
import type { AuthEvent } from "./events.ts";

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
}

/** How much of the machine password hashing may take. */
export interface PasswordOptions {
  /** Hashes computed at once; each takes 19 MiB. Default: one less than the processors, within 1 to 4. 1 to 64. */
  readonly concurrency?: number;
  /** Hashes that may wait; a call above it is refused with `overloaded`. Default 64; 0 to 10000. */
  readonly queueMax?: number;
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
   * Encrypts the signing keys in the database and derives refresh tokens. At least 32 bytes of
   * UTF-8, at most 4096, random: `openssl rand -base64 48`. The same on all nodes.
   */
  readonly secret: string;
  readonly tokens: TokenOptions;
  readonly sessions?: SessionOptions;
  readonly passwords?: PasswordOptions;
  /**
   * Web origins besides the service's own whose pages may call it, `https://app.example.com` for
   * instance; compared exactly. Behind a proxy that ends TLS the public origin belongs here too.
   * Default none; at most 100.
   */
  readonly allowedOrigins?: readonly string[];
  /** Deadline of each statement or transaction sent to Postgres, in milliseconds. Default 5000; 100 to 60000. */
  readonly databaseTimeoutMs?: number;
  /** Told what happens, for a log. Must not throw; what it throws becomes a process warning. */
  readonly onEvent?: (event: AuthEvent) => void;
  /** The time in milliseconds since 1970, for tests. Default `Date.now`. */
  readonly now?: () => number;
}
