import { parseTrustedProxies } from "./limits/trusted-proxies.ts";
import type { TrustedProxies } from "./limits/trusted-proxies.ts";
import type { AuthOptions, TokenAlgorithm } from "./options.ts";
import { InvalidAuthOptionsError } from "./start-errors.ts";
import { resolveSubscriptionOptions } from "./subscriptions/subscription-options.ts";
import type { SubscriptionBounds } from "./subscriptions/subscription-options.ts";
import { wholeNumber } from "./whole-number.ts";

const daySeconds = 86_400;

/** The options with their defaults, checked. Times are milliseconds unless the name says else. */
export interface Settings {
  readonly issuer: string;
  readonly audience: string;
  readonly accessTokenTtlSeconds: number;
  readonly algorithm: TokenAlgorithm;
  /** Lower case. */
  readonly headerName: string;
  readonly refreshIdleTtlMs: number;
  readonly absoluteTtlMs: number;
  readonly refreshGraceMs: number;
  readonly keyRotationMs: number;
  readonly sessionsPerUserMax: number;
  readonly confirmationMaxAgeMs: number;
  readonly requireVerifiedEmail: boolean;
  readonly trustedProxies: TrustedProxies;
  readonly allowedOrigins: ReadonlySet<string>;
  readonly databaseTimeoutMs: number;
  readonly subscriptions: SubscriptionBounds;
}

/** @throws InvalidAuthOptionsError */
export function resolveSettings<Database>(options: AuthOptions<Database>): Settings {
  const { tokens, sessions = {}, accounts = {} } = options;
  return {
    issuer: text("tokens.issuer", tokens.issuer),
    audience: text("tokens.audience", tokens.audience),
    accessTokenTtlSeconds: wholeNumber(
      "tokens.accessTokenTtlSeconds",
      tokens.accessTokenTtlSeconds ?? 600,
      [60, 3600],
    ),
    algorithm: algorithm(tokens.algorithm ?? "EdDSA"),
    headerName: headerName(tokens.headerName ?? "authorization"),
    refreshIdleTtlMs:
      1000 *
      wholeNumber(
        "sessions.refreshIdleTtlSeconds",
        sessions.refreshIdleTtlSeconds ?? 14 * daySeconds,
        [60, 90 * daySeconds],
      ),
    absoluteTtlMs:
      1000 *
      wholeNumber("sessions.absoluteTtlSeconds", sessions.absoluteTtlSeconds ?? 30 * daySeconds, [
        60,
        365 * daySeconds,
      ]),
    refreshGraceMs:
      1000 *
      wholeNumber("sessions.refreshGraceSeconds", sessions.refreshGraceSeconds ?? 10, [0, 60]),
    keyRotationMs:
      1000 *
      daySeconds *
      wholeNumber("tokens.keyRotationDays", tokens.keyRotationDays ?? 90, [1, 730]),
    sessionsPerUserMax: wholeNumber("sessions.perUserMax", sessions.perUserMax ?? 20, [1, 100]),
    confirmationMaxAgeMs:
      1000 *
      wholeNumber(
        "sessions.confirmationMaxAgeSeconds",
        sessions.confirmationMaxAgeSeconds ?? 300,
        [60, 3600],
      ),
    requireVerifiedEmail: verifiedEmail(accounts.requireVerifiedEmail ?? true, options.mail),
    trustedProxies: parseTrustedProxies(options.trustedProxies ?? []),
    allowedOrigins: origins(options.allowedOrigins ?? []),
    databaseTimeoutMs: wholeNumber(
      "databaseTimeoutMs",
      options.databaseTimeoutMs ?? 5000,
      [100, 60_000],
    ),
    subscriptions: resolveSubscriptionOptions(options.subscriptions ?? {}),
  };
}

function verifiedEmail(isRequired: boolean, mail: unknown): boolean {
  if (!isRequired || mail !== undefined) return isRequired;
  throw new InvalidAuthOptionsError(
    "accounts.requireVerifiedEmail holds by default and needs mail: set mail, or set it to false " +
      "and let anybody use an account under an address that may not be theirs",
  );
}

function text(name: string, value: string): string {
  if (value.length >= 1 && value.length <= 255 && value.isWellFormed()) return value;
  throw new InvalidAuthOptionsError(`${name} must have 1 to 255 characters`);
}

function algorithm(value: TokenAlgorithm): TokenAlgorithm {
  if (value === "EdDSA" || value === "ES256") return value;
  throw new InvalidAuthOptionsError(`tokens.algorithm must be "EdDSA" or "ES256"`);
}

function headerName(value: string): string {
  if (/^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(value)) return value.toLowerCase();
  throw new InvalidAuthOptionsError(
    "tokens.headerName must be a letter followed by at most 63 letters, digits or hyphens",
  );
}

function origins(values: readonly string[]): ReadonlySet<string> {
  if (values.length > 100) {
    throw new InvalidAuthOptionsError("allowedOrigins must have at most 100 entries");
  }
  for (const value of values) {
    // The serialised form is the only one a browser sends, so any other would silently never match.
    if (!URL.canParse(value) || new URL(value).origin !== value) {
      throw new InvalidAuthOptionsError(
        `allowedOrigins: ${value} is not an origin such as https://app.example.com`,
      );
    }
  }
  return new Set(values);
}
