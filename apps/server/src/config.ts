import { z } from "zod";
import { isLoopback } from "./is-loopback.ts";
import { labControlSchema, labNodesSchema, type LabConfig } from "./lab/lab-config.ts";

/** Where the service keeps its data. */
export type StorageConfig =
  /** Postgres inside this process, in a folder; for one process. */
  | { readonly kind: "embedded"; readonly dataFolder: string }
  /** Servers of their own, which several nodes of the service share. */
  | {
      readonly kind: "servers";
      readonly databaseUrl: string;
      readonly redisUrl: string;
      /** The first is used for what is new; the others open what is older. */
      readonly secrets: readonly [string, ...string[]];
    };

/** Where mails go. */
export type MailConfig =
  /** Nowhere; then nobody can verify an email or reset a password. */
  | { readonly kind: "none" }
  /** Kept in memory, and shown at `/outbox`: for trying the embedded service out on one machine. */
  | { readonly kind: "outbox" }
  | { readonly kind: "smtp"; readonly url: string };

export type LogLevel = (typeof logLevels)[number];

/** Everything that can be set of the service. */
export interface ServiceConfig {
  readonly host: string;
  /** `from`: the first free port at or after this one, because none was asked for. */
  readonly port: { readonly kind: "exact" | "from"; readonly port: number };
  readonly storage: StorageConfig;
  readonly issuer: string;
  readonly audience: string;
  readonly algorithm: "EdDSA" | "ES256";
  readonly accessTokenTtlSeconds: number;
  readonly appName: string;
  /** Where the application's pages are, to which mails link; where it listens when absent. */
  readonly appUrl: string | undefined;
  readonly mail: MailConfig;
  readonly mailFrom: string;
  readonly requireVerifiedEmail: boolean;
  /** A file of breached passwords' hashes; none when absent. */
  readonly breachFile: string | undefined;
  /** The folder of the built web client; no pages when absent. */
  readonly webRoot: string | undefined;
  /** As CIDR. */
  readonly trustedProxies: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly leaseMs: number;
  /** The revocation lab; undefined where it is off. */
  readonly lab: LabConfig | undefined;
  readonly log: { readonly level: LogLevel; readonly format: "json" | "text" };
}

/** What reading the environment came to. */
export type ConfigOutcome =
  | { readonly kind: "valid"; readonly config: ServiceConfig }
  /** `problems`: one sentence each, for the person who set the variables. Never quotes a value. */
  | { readonly kind: "invalid"; readonly problems: readonly string[] };

export type Environment = Readonly<Record<string, string | undefined>>;

const logLevels = ["fatal", "error", "warn", "info", "debug", "silent"] as const;
const defaultHost = "127.0.0.1";
const defaultPort = 3000;
const defaultPublicUrl = `http://localhost:${defaultPort}`;
const maxAllowedOrigins = 100;
const maxSecrets = 10;
const maxTrustedProxies = 100;

const variables = z.object({
  HOST: z
    .string()
    .regex(
      /^[A-Za-z0-9.:-]{1,255}$/,
      "HOST must be an address or a name of this machine, 127.0.0.1 for instance.",
    )
    .default(defaultHost),
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
      (url) => hasProtocol(url, ["redis:", "rediss:"]) && namesRedisDatabase(url),
      "REDIS_URL must be a redis:// or rediss:// URL, and what follows the host the number of a database: redis://redis.example.com:6379/0, or without it.",
    )
    .optional(),
  AUTH_SECRET: z
    .string()
    .transform(listOf)
    .refine(
      (secrets) =>
        secrets.length >= 1 && secrets.length <= maxSecrets && secrets.every(isLongEnough),
      `AUTH_SECRET must have 32 to 4096 bytes; \`openssl rand -base64 48\` makes one. To replace it, give all nodes the old one and the new one with a comma between them, then the new one first, then the new one alone; at most ${maxSecrets}.`,
    )
    .optional(),
  AUTH_ISSUER: claimText("AUTH_ISSUER").optional(),
  AUTH_AUDIENCE: claimText("AUTH_AUDIENCE").optional(),
  ACCESS_TOKEN_TTL_SECONDS: wholeNumber("ACCESS_TOKEN_TTL_SECONDS", 60, 3600).default(600),
  TOKEN_ALGORITHM: z
    .enum(["EdDSA", "ES256"], "TOKEN_ALGORITHM must be EdDSA or ES256.")
    .default("EdDSA"),
  SMTP_URL: z
    .string()
    .refine(
      (url) => hasProtocol(url, ["smtp:", "smtps:"]),
      "SMTP_URL must be an smtp:// or smtps:// URL of a mail server.",
    )
    .optional(),
  MAIL_FROM: z
    .string()
    .regex(
      /^[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,189}$/,
      "MAIL_FROM must be a plain address, auth@example.com for instance.",
    )
    .optional(),
  APP_NAME: z
    .string()
    .regex(/^[^\p{Cc}]{1,64}$/u, "APP_NAME must have 1 to 64 characters.")
    .default("Portcullis"),
  APP_URL: z
    .string()
    .refine(
      isWebUrl,
      "APP_URL must be the http or https address of the application's pages, to which mails link.",
    )
    .optional(),
  REQUIRE_VERIFIED_EMAIL: z
    .enum(["true", "false"], "REQUIRE_VERIFIED_EMAIL must be true or false.")
    .transform((value) => value === "true")
    .optional(),
  BREACHED_PASSWORDS_FILE: z.string().optional(),
  WEB_ROOT: z
    .string()
    .refine((folder) => !folder.includes("\0"), "WEB_ROOT must be the path of a folder.")
    .optional(),
  TRUSTED_PROXIES: z
    .string()
    .transform(listOf)
    .refine(
      (networks) => networks.length <= maxTrustedProxies,
      `TRUSTED_PROXIES must be at most ${maxTrustedProxies} networks with commas between them, 10.0.0.0/8 for instance.`,
    )
    .default([]),
  DATA_DIR: z
    .string()
    .refine((folder) => !folder.includes("\0"), "DATA_DIR must be the path of a folder.")
    .optional(),
  ALLOWED_ORIGINS: z
    .string()
    .transform(listOf)
    .refine(
      (origins) => origins.length <= maxAllowedOrigins && origins.every(isOrigin),
      `ALLOWED_ORIGINS must be at most ${maxAllowedOrigins} web origins with commas between them, https://app.example.com for instance, without a path.`,
    )
    .default([]),
  LEASE_MS: wholeNumber("LEASE_MS", 1000, 60_000).optional(),
  LAB: z.enum(["true", "false"], "LAB must be true or false.").optional(),
  LAB_NODES: labNodesSchema.optional(),
  LAB_CONTROL_URL: labControlSchema.optional(),
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
      algorithm: values.TOKEN_ALGORITHM,
      accessTokenTtlSeconds: values.ACCESS_TOKEN_TTL_SECONDS,
      appName: values.APP_NAME,
      appUrl: values.APP_URL ?? (values.PUBLIC_URL === undefined ? undefined : publicUrl),
      mail: mailOf(values),
      mailFrom: values.MAIL_FROM ?? "auth@localhost.localdomain",
      // Without a mail server no mail gets anywhere: then embedded mode is for trying things out.
      requireVerifiedEmail:
        values.REQUIRE_VERIFIED_EMAIL ??
        (values.DATABASE_URL !== undefined || values.SMTP_URL !== undefined),
      breachFile: values.BREACHED_PASSWORDS_FILE,
      webRoot: values.WEB_ROOT,
      trustedProxies: values.TRUSTED_PROXIES,
      allowedOrigins: originsOf(values),
      // An embedded service has a new store at every start, and its first change waits a lease.
      leaseMs: values.LEASE_MS ?? (values.DATABASE_URL === undefined ? 1000 : 5000),
      lab: labOf(values),
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
      !embedded && given["SMTP_URL"] === undefined && given["REQUIRE_VERIFIED_EMAIL"] !== "false",
      "DATABASE_URL is set and SMTP_URL is not: set SMTP_URL to a mail server, so that emails can be verified and passwords reset. Or set REQUIRE_VERIFIED_EMAIL=false: then anybody can use an account under an address that is not theirs, and a forgotten password is lost.",
    ],
    [
      given["SMTP_URL"] !== undefined && given["MAIL_FROM"] === undefined,
      "SMTP_URL is set and MAIL_FROM is not: set MAIL_FROM to the address that mails come from.",
    ],
    [
      !embedded &&
        given["SMTP_URL"] !== undefined &&
        given["APP_URL"] === undefined &&
        given["PUBLIC_URL"] === undefined,
      "SMTP_URL is set and neither APP_URL nor PUBLIC_URL is: mails would link to this machine. Set PUBLIC_URL to the address at which clients reach the service, and APP_URL if the application's pages are elsewhere.",
    ],
    [
      embedded &&
        given["SMTP_URL"] === undefined &&
        given["REQUIRE_VERIFIED_EMAIL"] === "true" &&
        isMeantForOthers(given),
      "REQUIRE_VERIFIED_EMAIL is true and SMTP_URL is not set: mails are shown at /outbox only to who tries the service out on this machine, so not with PUBLIC_URL or TRUSTED_PROXIES. Set SMTP_URL to a mail server, or remove those two.",
    ],
    [
      !embedded && given["DATA_DIR"] !== undefined,
      "DATABASE_URL and DATA_DIR are both set: DATA_DIR is for the embedded mode only. Remove one.",
    ],
    [
      !isLabOn(given) && (given["LAB_NODES"] ?? given["LAB_CONTROL_URL"]) !== undefined,
      "LAB_NODES or LAB_CONTROL_URL is set and the lab is off: set LAB=true, or remove them.",
    ],
  ];
  return rules.filter(([broken]) => broken).map(([, problem]) => problem);
}

type Values = z.infer<typeof variables>;

function storageOf(values: Values): StorageConfig {
  const { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, AUTH_SECRET: secrets } = values;
  const [newest, ...older] = secrets ?? [];
  if (databaseUrl === undefined || redisUrl === undefined || newest === undefined) {
    return { kind: "embedded", dataFolder: values.DATA_DIR ?? ".data" };
  }
  return { kind: "servers", databaseUrl, redisUrl, secrets: [newest, ...older] };
}

function mailOf(values: Values): MailConfig {
  if (values.SMTP_URL !== undefined) return { kind: "smtp", url: values.SMTP_URL };
  return { kind: isTriedOut(values) ? "outbox" : "none" };
}

function labOf(values: Values): LabConfig | undefined {
  if (!isLabOn(values)) return undefined;
  return {
    nodes: values.LAB_NODES ?? [{ name: "this node", url: "" }],
    control: values.LAB_CONTROL_URL ?? null,
  };
}

/** Unless somebody has said so, it is on where mails are shown. */
function isLabOn(
  given: TrialVariables & {
    readonly LAB?: string | undefined;
    readonly HOST?: string | undefined;
    readonly SMTP_URL?: string | undefined;
  },
): boolean {
  if (given.LAB !== undefined) return given.LAB === "true";
  return given.SMTP_URL === undefined && isTriedOut(given) && isLoopback(given.HOST ?? defaultHost);
}

/** Embedded mode that nobody but this machine is expected to use. */
function isTriedOut(given: TrialVariables): boolean {
  return given.DATABASE_URL === undefined && !isMeantForOthers(given);
}

/** The variables that say for whom the service is. */
interface TrialVariables {
  readonly DATABASE_URL?: string | undefined;
  readonly PUBLIC_URL?: string | undefined;
  readonly TRUSTED_PROXIES?: string | readonly string[] | undefined;
}

/** Mails open accounts: they are shown where nobody but this machine is expected. */
function isMeantForOthers(given: TrialVariables): boolean {
  return given.PUBLIC_URL !== undefined || (given.TRUSTED_PROXIES ?? "").length > 0;
}

/** A page served at the public address may call the service too, and so may one of another node of the lab. */
function originsOf(values: Values): readonly string[] {
  const publicOrigin = values.PUBLIC_URL === undefined ? [] : [new URL(values.PUBLIC_URL).origin];
  const labOrigins = labOf(values)?.nodes.flatMap(({ url }) => url || []) ?? [];
  return [...new Set([...values.ALLOWED_ORIGINS, ...publicOrigin, ...labOrigins])];
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

/** The parts of a text with commas between them. */
function listOf(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);
}

function isLongEnough(secret: string): boolean {
  const bytes = Buffer.byteLength(secret);
  return bytes >= 32 && bytes <= 4096;
}

function hasProtocol(url: string, protocols: readonly string[]): boolean {
  return URL.canParse(url) && protocols.includes(new URL(url).protocol);
}

/** The client of Redis takes no other path for a database. */
function namesRedisDatabase(url: string): boolean {
  return /^(\/\d{0,9})?$/.test(new URL(url).pathname);
}

function isWebUrl(url: string): boolean {
  return url.length <= 255 && hasProtocol(url, ["http:", "https:"]);
}

function isOrigin(origin: string): boolean {
  return isWebUrl(origin) && new URL(origin).origin === origin;
}
