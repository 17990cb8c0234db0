import { createAuth, migrateAuth } from "@portcullis/server";
import { createWriteThroughCache, migrateWriteThrough } from "@portcullis/write-through";
import { sql, type Kysely } from "kysely";
import { createAppRouter } from "./app-router.ts";
import type { ServiceConfig } from "./config.ts";
import { openEmbedded } from "./embedded/open-embedded.ts";
import { createHttpApp } from "./http/http-app.ts";
import { startHttpServer } from "./http/http-server.ts";
import { createReadinessCheck } from "./http/readiness.ts";
import { logAuthEvents, logCacheEvents } from "./log-events.ts";
import type { Logger } from "./log.ts";
import { databaseTimeoutMs, openServers } from "./open-servers.ts";
import { migratePosts } from "./posts/migrate-posts.ts";
import { createPostRepository } from "./posts/post-repository.ts";
import { StartError } from "./start-error.ts";
import type { Database, Storage } from "./storage.ts";

/** The service, listening. */
export interface Service {
  /** Where this machine reaches it, `http://127.0.0.1:3000` for instance. */
  readonly url: string;
  /**
   * Accepts no more requests, finishes those in flight within 5 s, and closes everything within 10 s
   * in all. May be called again; throws the first time if something could not be closed.
   */
  readonly stop: () => Promise<void>;
}

/** What tests change. */
export interface ServiceSeams {
  /** The time in milliseconds since 1970, for tokens and sessions. Default `Date.now`. */
  readonly now?: () => number;
}

const requestsEndWithinMs = 5_000;
const closeTimeoutMs = 1_500;
const readinessTimeoutMs = 2_000;

/**
 * Puts the service together and starts it: storage, schema, cache, auth, HTTP, in this order. What
 * was started is stopped again when a later part fails.
 *
 * @throws StartError when the person who starts it has to do something.
 */
export async function startService(
  config: ServiceConfig,
  log: Logger,
  seams: ServiceSeams = {},
): Promise<Service> {
  await using started = new AsyncDisposableStack();

  const storage = await openStorage(config, log);
  started.defer(() => withinTime("storage", storage.close()));
  const { database, store, secret } = storage;
  await requireDatabase(database, config);
  await migrateWriteThrough(database);
  await migrateAuth(database);
  await migratePosts(database);

  const cache = createWriteThroughCache({
    database,
    store,
    leaseMs: config.leaseMs,
    databaseTimeoutMs,
    onEvent: logCacheEvents(log),
  });
  const auth = createAuth({
    database,
    cache,
    secret,
    tokens: {
      issuer: config.issuer,
      audience: config.audience,
      accessTokenTtlSeconds: config.accessTokenTtlSeconds,
    },
    allowedOrigins: config.allowedOrigins,
    databaseTimeoutMs,
    onEvent: logAuthEvents(log),
    ...seams,
  });
  const posts = createPostRepository(database, cache);
  started.defer(() => withinTime("cache", cache.stop()));
  await cache.start();
  started.defer(() => withinTime("auth", auth.stop()));
  await auth.start();

  const app = createHttpApp({
    auth,
    router: createAppRouter(auth, posts),
    allowedOrigins: config.allowedOrigins,
    checkReadiness: createReadinessCheck({
      askPostgres: () => sql`select 1`.execute(database),
      cacheStatus: () => cache.status(),
      timeoutMs: readinessTimeoutMs,
    }),
    log,
  });
  const server = await startHttpServer(
    (request) => app.fetch(request),
    config,
    (refused) => {
      if (refused.error === undefined) log.info(refused, "request");
      else log.error(refused, "A request failed outside of the procedures");
    },
  );
  started.defer(() => server.stop(requestsEndWithinMs));
  if (config.port.kind === "from" && server.port !== config.port.port) {
    log.warn({ port: server.port }, `Port ${config.port.port} is taken; PORT sets another one`);
  }

  const parts = started.move();
  return { url: addressOf(config.host, server.port), stop: () => parts.disposeAsync() };
}

function openStorage(config: ServiceConfig, log: Logger): Promise<Storage> | Storage {
  switch (config.storage.kind) {
    case "embedded":
      return openEmbedded(config.storage.dataFolder);
    case "servers":
      return openServers(config.storage, config.leaseMs, log);
  }
}

/** Says where Postgres was looked for; the driver's own error may not have a word. */
async function requireDatabase(database: Kysely<Database>, config: ServiceConfig): Promise<void> {
  try {
    await sql`select 1`.execute(database);
  } catch (cause) {
    if (config.storage.kind === "embedded") throw cause;
    const { hostname, port } = new URL(config.storage.databaseUrl);
    throw new StartError(
      "postgres_unreachable",
      `Postgres can not be used at ${hostname}:${port || "5432"}, where DATABASE_URL points: ${reasonOf(cause)}.`,
      { cause },
    );
  }
}

/** What the driver says; when it tried several addresses it says nothing but a code. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || ("code" in error ? String(error.code) : error.name);
}

/** A part that can not be closed in time is left to the end of the process. */
async function withinTime(part: string, closing: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`Closing ${part} took more than ${closeTimeoutMs} ms.`)),
    closeTimeoutMs,
  );
  try {
    await Promise.race([closing, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function addressOf(host: string, port: number): string {
  if (host === "0.0.0.0" || host === "::") return `http://localhost:${port}`;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
