import { z } from "zod";

/** Where the service keeps its data. */
export type StorageConfig =
  /** Postgres inside this process, in a folder; for one process. */
  | { readonly kind: "embedded"; readonly dataFolder: string }
  /** Servers of their own, which several nodes of the service share. */
  | {
      readonly kind: "servers";
      readonly databaseUrl: string;
      readonly redisUrl: string;
      readonly secret: string;
    };

export type LogLevel = (typeof logLevels)[number];

/** Everything that can be set of the service. */
export interface ServiceConfig {
  readonly host: string;
  /** `from`: the first free port at or after this one, because none was asked for. */
  readonly port: { readonly kind: "exact" | "from"; readonly port: number };
  readonly storage: StorageConfig;
  readonly issuer: string;
  readonly audience: string;
  readonly accessTokenTtlSeconds: number;
  readonly allowedOrigins: readonly string[];
  readonly leaseMs: number;
  readonly log: { readonly level: LogLevel; readonly format: "json" | "text" };
}

/** What reading the environment came to. */
export type ConfigOutcome =
  | { readonly kind: "valid"; readonly config: ServiceConfig }
  /** `problems`: one sentence each, for the person who set the variables. Never quotes a value. */
  | { readonly kind: "invalid"; readonly problems: readonly string[] };

export type Environment = Readonly<Record<string, string | undefined>>;

const logLevels = ["fatal", "error", "warn", "info", "debug", "silent"] as const;
const defaultPort = 3000;
const defaultPublicUrl = `http://localhost:${defaultPort}`;
const maxAllowedOrigins = 100;

const variables = z.object({
  HOST: z
    .string()
    .regex(
      /^[A-Za-z0-9.:-]{1,255}$/,
      "HOST must be an address or a name of this machine, 127.0.0.1 for instance.",
    )
    .default("127.0.0.1"),
  PORT: wholeNumber("PORT", 0, 65_535, "0 takes a free one").optional(),
  PUBLIC_URL: z
    .string()
    .refine(
      isWebUrl,
      "PUBLIC_URL must be the http or https address at which clients reach the service.",
    )
    .optional(),
  DATABASE_URL: z
    .string()
    .refine(
      (url) => hasProtocol(url, ["postgres:", "postgresql:"]),
      "DATABASE_URL must be a postgres:// URL.",
    )
    .optional(),
  REDIS_URL: z
    .string()
    .refine(
      (url) => hasProtocol(url, ["redis:", "rediss:"]),
      "REDIS_URL must be a redis:// or rediss:// URL.",
    )
    .optional(),
  AUTH_SECRET: z
    .string()
    .refine(
      (secret) => Buffer.byteLength(secret) >= 32 && Buffer.byteLength(secret) <= 4096,
      "AUTH_SECRET must have 32 to 4096 bytes; `openssl rand -base64 48` makes one.",
    )
    .optional(),
  AUTH_ISSUER: claimText("AUTH_ISSUER").optional(),
  AUTH_AUDIENCE: claimText("AUTH_AUDIENCE").optional(),
  ACCESS_TOKEN_TTL_SECONDS: wholeNumber("ACCESS_TOKEN_TTL_SECONDS", 60, 3600).default(600),
  DATA_DIR: z
    .string()
    .refine((folder) => !folder.includes("\0"), "DATA_DIR must be the path of a folder.")
    .optional(),
  ALLOWED_ORIGINS: z
    .string()
    .transform((list) =>
      list
        .split(",")
        .map((origin) => origin.trim())
        .filter(Boolean),
    )
    .refine(
      (origins) => origins.length <= maxAllowedOrigins && origins.every(isOrigin),
      `ALLOWED_ORIGINS must be at most ${maxAllowedOrigins} web origins with commas between them, https://app.example.com for instance, without a path.`,
    )
    .default([]),
  LEASE_MS: wholeNumber("LEASE_MS", 1000, 60_000).optional(),
  LOG_LEVEL: z.enum(logLevels, `LOG_LEVEL must be one of ${logLevels.join(", ")}.`).default("info"),
  LOG_FORMAT: z.enum(["json", "text"], "LOG_FORMAT must be json or text.").optional(),
  NODE_ENV: z.string().optional(),
});

/**
 * Reads the service's configuration from environment variables. An empty variable counts as not set.
 */
export function readConfig(environment: Environment): ConfigOutcome {
  const given = Object.fromEntries(
    Object.keys(variables.shape).map((name) => [name, environment[name] || undefined]),
  );
  const parsed = variables.safeParse(given);
  const problems = [
    ...combinationProblems(given),
    ...(parsed.error?.issues.map((issue) => issue.message) ?? []),
  ];
  if (!parsed.success || problems.length > 0) return { kind: "invalid", problems };

  const values = parsed.data;
  const publicUrl = values.PUBLIC_URL?.replace(/\/+$/, "") ?? defaultPublicUrl;
  return {
    kind: "valid",
    config: {
      host: values.HOST,
      port:
        values.PORT === undefined
          ? { kind: "from", port: defaultPort }
          : { kind: "exact", port: values.PORT },
      storage: storageOf(values),
      issuer: values.AUTH_ISSUER ?? publicUrl,
      audience: values.AUTH_AUDIENCE ?? publicUrl,
      accessTokenTtlSeconds: values.ACCESS_TOKEN_TTL_SECONDS,
      allowedOrigins: originsOf(values),
      // An embedded service has a new store at every start, and its first change waits a lease.
      leaseMs: values.LEASE_MS ?? (values.DATABASE_URL === undefined ? 1000 : 5000),
      log: {
        level: values.LOG_LEVEL,
        format: values.LOG_FORMAT ?? (values.NODE_ENV === "production" ? "json" : "text"),
      },
    },
  };
}

/** Variables that make sense only together, or never together. */
function combinationProblems(given: Environment): string[] {
  const embedded = given["DATABASE_URL"] === undefined;
  const rules: readonly (readonly [broken: boolean, problem: string])[] = [
    [
      embedded && given["REDIS_URL"] !== undefined,
      "REDIS_URL is set and DATABASE_URL is not: set both, or neither for the embedded mode.",
    ],
    [
      embedded && given["AUTH_SECRET"] !== undefined,
      "AUTH_SECRET is set and DATABASE_URL is not: the embedded mode makes its own secret and keeps it in DATA_DIR. Set DATABASE_URL, or remove AUTH_SECRET.",
    ],
    [
      !embedded && given["REDIS_URL"] === undefined,
      "DATABASE_URL is set and REDIS_URL is not: set REDIS_URL to the Redis that all nodes share.",
    ],
    [
      !embedded && given["AUTH_SECRET"] === undefined,
      "DATABASE_URL is set and AUTH_SECRET is not: set AUTH_SECRET to the same random text on all nodes; `openssl rand -base64 48` makes one.",
    ],
    [
      !embedded && given["DATA_DIR"] !== undefined,
      "DATABASE_URL and DATA_DIR are both set: DATA_DIR is for the embedded mode only. Remove one.",
    ],
  ];
  return rules.filter(([broken]) => broken).map(([, problem]) => problem);
}

type Values = z.infer<typeof variables>;

function storageOf(values: Values): StorageConfig {
  const { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, AUTH_SECRET: secret } = values;
  if (databaseUrl === undefined || redisUrl === undefined || secret === undefined) {
    return { kind: "embedded", dataFolder: values.DATA_DIR ?? ".data" };
  }
  return { kind: "servers", databaseUrl, redisUrl, secret };
}

/** A page served at the public address may call the service too. */
function originsOf(values: Values): readonly string[] {
  const publicOrigin = values.PUBLIC_URL === undefined ? [] : [new URL(values.PUBLIC_URL).origin];
  return [...new Set([...values.ALLOWED_ORIGINS, ...publicOrigin])];
}

function wholeNumber(name: string, min: number, max: number, note?: string) {
  const problem = `${name} must be a whole number from ${min} to ${max}${note === undefined ? "" : ` (${note})`}.`;
  return z
    .string()
    .regex(/^\d{1,9}$/, problem)
    .transform(Number)
    .pipe(z.number().min(min, problem).max(max, problem));
}

function claimText(name: string) {
  const problem = `${name} must have 1 to 255 characters without blanks.`;
  return z.string().regex(/^[\x21-\x7e]{1,255}$/, problem);
}

function hasProtocol(url: string, protocols: readonly string[]): boolean {
  return URL.canParse(url) && protocols.includes(new URL(url).protocol);
}

function isWebUrl(url: string): boolean {
  return url.length <= 255 && hasProtocol(url, ["http:", "https:"]);
}

function isOrigin(origin: string): boolean {
  return isWebUrl(origin) && new URL(origin).origin === origin;
}
