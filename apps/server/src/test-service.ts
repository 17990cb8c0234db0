import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPortcullisClient, isPortcullisError } from "@portcullis/client";
import {
  createTestDatabase,
  startRedis,
  type RedisServer,
  type TestDatabase,
} from "@portcullis/test-servers";
import type { ServiceConfig } from "./config.ts";
import type { AppRouter } from "./contract.ts";
import { createLogger } from "./log.ts";
import { startService, type Service, type ServiceSeams } from "./service.ts";

/** A service in this process, with what it wrote to its log. */
export interface TestService extends Service, AsyncDisposable {
  readonly logged: () => readonly Record<string, unknown>[];
}

export interface TestServiceOptions extends ServiceSeams {
  readonly config?: Partial<ServiceConfig>;
}

const base = {
  host: "127.0.0.1",
  port: { kind: "exact", port: 0 },
  issuer: "https://auth.test",
  audience: "https://api.test",
  algorithm: "EdDSA",
  accessTokenTtlSeconds: 600,
  appName: "Portcullis",
  appUrl: "https://app.test",
  mail: { kind: "outbox" },
  mailFrom: "auth@app.test",
  requireVerifiedEmail: false,
  breachFile: undefined,
  webRoot: undefined,
  trustedProxies: [],
  allowedOrigins: [],
  leaseMs: 1000,
  lab: undefined,
  log: { level: "debug", format: "json" },
} as const satisfies Omit<ServiceConfig, "storage">;

async function start(
  storage: ServiceConfig["storage"],
  { config, ...seams }: TestServiceOptions,
): Promise<TestService> {
  const lines: string[] = [];
  const log = createLogger(base.log, { write: (line) => lines.push(line) });
  // Tests make as many calls as they like from one address.
  const limits = { scale: 1000 };
  const service = await startService({ ...base, storage, ...config }, log, { limits, ...seams });
  return {
    ...service,
    logged: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
    [Symbol.asyncDispose]: service.stop,
  };
}

/** Postgres and Redis for the nodes of one test file. */
export interface TestServers extends AsyncDisposable {
  readonly database: TestDatabase;
  readonly redis: RedisServer;
  readonly startNode: (options?: TestServiceOptions) => Promise<TestService>;
}

export async function startTestServers(): Promise<TestServers> {
  await using started = new AsyncDisposableStack();
  const database = started.use(await createTestDatabase());
  const redis = started.use(await startRedis());
  const parts = started.move();
  return {
    database,
    redis,
    startNode: (options = {}) => start(serversAt(database.url, redis.url), options),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

export function serversAt(databaseUrl: string, redisUrl: string): ServiceConfig["storage"] {
  return {
    kind: "servers",
    databaseUrl,
    redisUrl,
    secrets: ["a secret of the tests, 32 bytes or more"],
  };
}

export function startEmbedded(
  dataFolder: string,
  options: TestServiceOptions = {},
): Promise<TestService> {
  return start({ kind: "embedded", dataFolder }, options);
}

/** Where a program reads the mails of a service. */
export function outboxJsonOf({ url, outboxUrl }: Pick<Service, "url" | "outboxUrl">): string {
  if (outboxUrl === undefined) throw new Error("The service shows no mails");
  return `${url}/outbox/mails.json${new URL(outboxUrl).search}`;
}

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "portcullis-service-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

let users = 0;

/** Credentials that no other test uses. */
export function newCredentials(): Credentials {
  users += 1;
  return {
    email: `user-${process.pid}-${users}@example.com`,
    password: "correct horse battery staple",
  };
}

interface Credentials {
  readonly email: string;
  readonly password: string;
}

export type TestClient = ReturnType<typeof clientOf>;

export function clientOf(service: Pick<Service, "url">) {
  return createPortcullisClient<AppRouter>({ url: `${service.url}/trpc` });
}

/** A client that is signed in as a user made for it. */
export async function signedInClient(
  service: Pick<Service, "url">,
): Promise<TestClient & { readonly accessToken: string; readonly credentials: Credentials }> {
  const client = clientOf(service);
  const credentials = newCredentials();
  await client.api.auth.register.mutate({ ...credentials, name: "Name" });
  const { accessToken } = await client.api.auth.login.mutate(credentials);
  return { ...client, accessToken, credentials };
}

/** The reason of a refusal; `"accepted"` when there was none. */
export async function outcomeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "accepted";
  } catch (error) {
    return isPortcullisError(error) ? error.data.reason : String(error);
  }
}

/** What a bare access token is worth at a node. */
export async function standingOf(service: Pick<Service, "url">, token: string): Promise<string> {
  const response = await fetch(`${service.url}/trpc/auth.me`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const answer = (await response.json()) as { error?: { data: { reason: string } } };
  return answer.error?.data.reason ?? "accepted";
}
