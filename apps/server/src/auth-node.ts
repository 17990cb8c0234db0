import {
  createAuth,
  createBreachFile,
  createMemoryOutbox,
  createSmtpTransport,
  type Auth,
  type AuthOptions,
  type MemoryOutbox,
} from "@portcullis/server";
import {
  createWriteThroughCache,
  InvalidOptionsError,
  type WriteThroughCache,
  type WriteTrace,
} from "@portcullis/write-through";
import type { ServiceConfig } from "./config.ts";
import { findPort } from "./http/find-port.ts";
import { createRecentEvents, type RecentEvents } from "./health/recent-events.ts";
import { readServicePermission } from "./health/service-procedures.ts";
import { logAuthEvents, logCacheEvents } from "./log-events.ts";
import type { Logger } from "./log.ts";
import { databaseTimeoutMs } from "./open-servers.ts";
import { reasonOf, StartError } from "./start-error.ts";
import type { Database, Storage } from "./storage.ts";
import { withinTime } from "./within-time.ts";

/** Auth and its cache, as the service and the command line have them. */
export interface AuthNode {
  readonly cache: WriteThroughCache<Database>;
  readonly auth: Auth;
  /** Present where mails are shown instead of sent. */
  readonly outbox: MemoryOutbox | undefined;
  /** Of the cache. */
  readonly events: RecentEvents;
}

export interface AuthNodeOptions {
  /** `"operate"`: for an operator's command. It takes no calls, and leaves mails to those that do. */
  readonly role: "serve" | "operate";
  /** The time in milliseconds since 1970, for tests. Default `Date.now`. */
  readonly now?: () => number;
  readonly limits?: { readonly scale: number };
  /** Told what each write waited for. */
  readonly onWrite?: (trace: WriteTrace) => void;
}

/**
 * Puts auth together over a storage. Nothing is started; what has to be closed goes onto `started`.
 *
 * @throws StartError `breach_file_unusable`
 * @throws InvalidAuthOptionsError when the configuration has something that auth does not take.
 */
export async function createAuthNode(
  config: ServiceConfig,
  { database, store, limitStore, secrets }: Storage,
  log: Logger,
  started: AsyncDisposableStack,
  { role, limits, now, onWrite }: AuthNodeOptions,
): Promise<AuthNode> {
  const events = createRecentEvents(now ?? Date.now);
  const logEvent = logCacheEvents(log);
  const cache = createWriteThroughCache({
    database,
    store,
    leaseMs: config.leaseMs,
    databaseTimeoutMs,
    onEvent(event) {
      events.note(event);
      logEvent(event);
    },
    ...(onWrite !== undefined && { onWrite }),
  });
  const outbox = config.mail.kind === "outbox" ? createMemoryOutbox(now) : undefined;
  const serving: Partial<AuthOptions<Database>> = {
    accounts: { requireVerifiedEmail: config.requireVerifiedEmail },
    limits: { store: limitStore, ...limits },
    ...(await mailOptions(config, outbox)),
  };
  // Verified emails would need mails, and nobody signs in here.
  const operating: Partial<AuthOptions<Database>> = { accounts: { requireVerifiedEmail: false } };
  const auth = createAuth({
    database,
    cache,
    secret: secrets,
    tokens: {
      issuer: config.issuer,
      audience: config.audience,
      algorithm: config.algorithm,
      accessTokenTtlSeconds: config.accessTokenTtlSeconds,
    },
    passwords: await passwordOptions(config, started),
    trustedProxies: config.trustedProxies,
    allowedOrigins: config.allowedOrigins,
    roles: { permissions: [readServicePermission] },
    databaseTimeoutMs,
    onEvent: logAuthEvents(log),
    ...(role === "serve" ? serving : operating),
    ...(now !== undefined && { now }),
  });
  return { cache, auth, outbox, events };
}

/**
 * Joins the other processes; the cache is stopped with `started`.
 *
 * @throws StartError `lease_differs`
 * @throws UnfitServerError when Redis or Postgres can not be trusted.
 */
export async function startCache(
  { cache }: AuthNode,
  started: AsyncDisposableStack,
): Promise<void> {
  started.defer(() => withinTime("cache", cache.stop()));
  try {
    await cache.start();
  } catch (cause) {
    // All else that it may say of its options was checked when it was made.
    if (!(cause instanceof InvalidOptionsError)) throw cause;
    throw new StartError(
      "lease_differs",
      `LEASE_MS is not what the running service has: set it as the service has it, or stop the service first. ${cause.message}.`,
      { cause },
    );
  }
}

async function passwordOptions(
  { appName, breachFile }: ServiceConfig,
  started: AsyncDisposableStack,
): Promise<NonNullable<AuthOptions<Database>["passwords"]>> {
  const contextWords = appName.split(/\s+/).filter((word) => word.length >= 4);
  if (breachFile === undefined) return { contextWords };
  try {
    return { contextWords, breachSource: started.use(await createBreachFile(breachFile)) };
  } catch (cause) {
    throw new StartError(
      "breach_file_unusable",
      `The file that BREACHED_PASSWORDS_FILE names can not be used: ${reasonOf(cause)}.`,
      { cause },
    );
  }
}

async function mailOptions(
  config: ServiceConfig,
  outbox: MemoryOutbox | undefined,
): Promise<Pick<AuthOptions<Database>, "mail">> {
  const { mail, mailFrom: from, appName } = config;
  const transport =
    mail.kind === "smtp" ? createSmtpTransport({ url: mail.url }) : outbox?.transport;
  if (transport === undefined) return {};
  const appUrl = config.appUrl ?? `http://localhost:${await findPort(config)}`;
  return { mail: { transport, from, appUrl, appName } };
}
