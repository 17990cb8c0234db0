import { availableParallelism } from "node:os";
import type { AuthOptions, TokenAlgorithm } from "./options.ts";
import { InvalidAuthOptionsError } from "./start-errors.ts";

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
  readonly hashConcurrency: number;
  readonly hashQueueMax: number;
  readonly allowedOrigins: ReadonlySet<string>;
  readonly databaseTimeoutMs: number;
}

/** @throws InvalidAuthOptionsError */
export function resolveSettings<Database>(options: AuthOptions<Database>): Settings {
  const { tokens, sessions = {}, passwords = {} } = options;
  checkSecret(options.secret);
  return {
    issuer: text("tokens.issuer", tokens.issuer),
    audience: text("tokens.audience", tokens.audience),
    accessTokenTtlSeconds: whole(
      "tokens.accessTokenTtlSeconds",
      tokens.accessTokenTtlSeconds ?? 600,
      [60, 3600],
    ),
    algorithm: algorithm(tokens.algorithm ?? "EdDSA"),
    headerName: headerName(tokens.headerName ?? "authorization"),
    refreshIdleTtlMs:
      1000 *
      whole("sessions.refreshIdleTtlSeconds", sessions.refreshIdleTtlSeconds ?? 14 * daySeconds, [
        60,
        90 * daySeconds,
      ]),
    absoluteTtlMs:
      1000 *
      whole("sessions.absoluteTtlSeconds", sessions.absoluteTtlSeconds ?? 30 * daySeconds, [
        60,
        365 * daySeconds,
      ]),
    refreshGraceMs:
      1000 * whole("sessions.refreshGraceSeconds", sessions.refreshGraceSeconds ?? 10, [0, 60]),
    hashConcurrency: whole(
      "passwords.concurrency",
      passwords.concurrency ?? Math.min(4, Math.max(1, availableParallelism() - 1)),
      [1, 64],
    ),
    hashQueueMax: whole("passwords.queueMax", passwords.queueMax ?? 64, [0, 10_000]),
    allowedOrigins: origins(options.allowedOrigins ?? []),
    databaseTimeoutMs: whole("databaseTimeoutMs", options.databaseTimeoutMs ?? 5000, [100, 60_000]),
  };
}

function checkSecret(secret: string): void {
  const bytes = Buffer.byteLength(secret);
  if (bytes < 32 || bytes > 4096 || new Set(secret).size === 1) {
    throw new InvalidAuthOptionsError(
      "secret must be 32 to 4096 bytes of UTF-8 and not one repeated character. " +
        "Make one with: openssl rand -base64 48",
    );
  }
}

function whole(name: string, value: number, [least, most]: [number, number]): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new InvalidAuthOptionsError(
    `${name} must be a whole number from ${least} to ${most}, not ${value}`,
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
