import { hostname } from "node:os";
import { sql } from "kysely";
import { createAppRouter } from "./app-router.ts";
import { createAuthNode, startCache } from "./auth-node.ts";
import type { ServiceConfig } from "./config.ts";
import { createQueryAnswerer } from "./http/answer-queries.ts";
import { createHttpApp } from "./http/http-app.ts";
import { startHttpServer } from "./http/http-server.ts";
import { createRequestLog } from "./http/request-log.ts";
import { createHealthCheck } from "./health/service-health.ts";
import { makeOutboxKey, outboxPathWith } from "./http/outbox-routes.ts";
import { hasPages, type Pages } from "./http/pages.ts";
import { createReadinessCheck } from "./http/readiness.ts";
import { createSocketServer } from "./http/socket-server.ts";
import type { SocketLimits } from "./http/socket-limits.ts";
import { isLoopback } from "./is-loopback.ts";
import { createLab } from "./lab/lab.ts";
import { originsOfLab } from "./lab/lab-config.ts";
import type { Logger } from "./log.ts";
import { migrateAll } from "./migrate-all.ts";
import { openStorage } from "./open-storage.ts";
import { createPostRepository } from "./posts/post-repository.ts";
import { StartError } from "./start-error.ts";
import { withinTime } from "./within-time.ts";

/** The service, listening. */
export interface Service {
  /** Where this machine reaches it, `http://127.0.0.1:3000` for instance. */
  readonly url: string;
  /** Where the mails are shown to who tries the service out, with the key that it takes. */
  readonly outboxUrl?: string;
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
  readonly limits?: { readonly scale: number };
  readonly socketLimits?: Partial<SocketLimits>;
}

const requestsEndWithinMs = 5_000;
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

  const pages = findPages(config);
  const storage = await openStorage(config, log);
  started.defer(() => withinTime("storage", storage.close()));
  const { database } = storage;
  await migrateAll(database);

  const now = seams.now ?? Date.now;
  const lab = config.lab && createLab(config, config.lab, now);
  const node = await createAuthNode(config, storage, log, started, {
    role: "serve",
    ...seams,
    ...(lab !== undefined && { onWrite: lab.tracedWrites.note }),
  });
  const { auth, cache, outbox, events } = node;
  const posts = createPostRepository(database, cache, auth);
  await startCache(node, started);
  started.defer(() => withinTime("auth", auth.stop()));
  await auth.start();

  // Mails open accounts: they are shown to people at this machine only.
  const shown =
    outbox !== undefined && isLoopback(config.host)
      ? { mails: () => outbox.mails(), key: makeOutboxKey(), hasPage: pages !== undefined }
      : undefined;
  const checkReadiness = createReadinessCheck({
    askPostgres: () => sql`select 1`.execute(database),
    cacheStatus: () => cache.status(),
    timeoutMs: readinessTimeoutMs,
  });
  const checkHealth = createHealthCheck({
    node: lab?.node ?? hostname(),
    leaseMs: config.leaseMs,
    cache,
    redis: config.storage.kind === "servers" ? storage.store : undefined,
    answersPostgres: async () => (await checkReadiness()).postgres === "answers",
    events,
    now,
  });
  const router = createAppRouter({ auth, posts, checkHealth, lab });
  const stopping = new AbortController();
  const answering = {
    auth: lab?.presentedTokens.noting(auth) ?? auth,
    router,
    stopping: stopping.signal,
    log,
    logRequest: createRequestLog(log),
  };
  const app = createHttpApp({
    ...answering,
    outbox: shown,
    pages,
    allowedOrigins: config.allowedOrigins,
    checkReadiness,
  });
  const server = await startHttpServer(
    {
      answerQuery: createQueryAnswerer(answering),
      answer: (request, peerAddress) => app.fetch(request, { peerAddress }),
    },
    config,
    (refused) => {
      if (refused.error === undefined) log.info(refused, "request");
      else log.error(refused, "A request failed outside of the procedures");
    },
    {},
    createSocketServer({ auth, router, log, limits: seams.socketLimits ?? {} }),
  );
  started.defer(() => {
    stopping.abort();
    return server.stop(requestsEndWithinMs);
  });
  if (config.port.kind === "from" && server.port !== config.port.port) {
    log.warn({ port: server.port }, `Port ${config.port.port} is taken; PORT sets another one`);
  }

  const parts = started.move();
  const url = addressOf(config.host, server.port);
  return {
    url,
    ...(shown !== undefined && { outboxUrl: `${url}${outboxPathWith(shown.key)}` }),
    stop: () => parts.disposeAsync(),
  };
}

/** @throws StartError */
function findPages({ webRoot, lab }: ServiceConfig): Pages | undefined {
  if (webRoot === undefined) return undefined;
  if (hasPages(webRoot)) return { folder: webRoot, connectTo: originsOfLab(lab) };
  throw new StartError(
    "pages_missing",
    "WEB_ROOT names a folder without an index.html: build the web client with `pnpm --filter @portcullis/app-web build`, or remove WEB_ROOT.",
  );
}

function addressOf(host: string, port: number): string {
  if (host === "0.0.0.0" || host === "::") return `http://localhost:${port}`;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
