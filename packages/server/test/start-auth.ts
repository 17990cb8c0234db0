import { createTestDatabase, startRedis } from "@portcullis/testing";
import type { RedisServer } from "@portcullis/testing";
import {
  createMemoryStore,
  createRedisStore,
  createWriteThroughCache,
  migrateWriteThrough,
} from "@portcullis/write-through";
import type { WriteThroughCache } from "@portcullis/write-through";
import { initTRPC } from "@trpc/server";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import { createAuth, maxBatchSize, migrateAuth } from "../src/index.ts";
import type {
  Auth,
  AuthContext,
  AuthEvent,
  AuthOptions,
  ErrorShape,
  TokenSet,
} from "../src/index.ts";
import type { AuthTables } from "../src/repositories/tables.ts";

export const testSecret = "correct horse battery staple, 32 bytes and more";
export const testPassword = "a password long enough";

/** A clock that stands still until a test moves it. */
export interface TestClock {
  nowMs: number;
}

/** An answer of the API, as it went over the wire. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  /** The result's data of a single call. */
  readonly data: unknown;
  /** The error of a single call, without what differs between two calls. */
  readonly error: ErrorShape | undefined;
}

export interface CallOptions {
  readonly token?: string;
  readonly headers?: Record<string, string>;
}

/** One node of an application: its own pool, cache and auth. */
export interface TestNode {
  readonly auth: Auth;
  readonly database: Kysely<AuthTables>;
  readonly cache: WriteThroughCache<AuthTables>;
  readonly events: AuthEvent[];
  /** Sends any request to the application. */
  fetch(request: Request): Promise<Response>;
  /** Calls a procedure over HTTP: queries by GET, mutations by POST. */
  query(path: string, options?: CallOptions): Promise<Answer>;
  mutate(path: string, input?: unknown, options?: CallOptions): Promise<Answer>;
  register(email: string, password?: string): Promise<Answer>;
  login(email: string, password?: string): Promise<TokenSet>;
  /** Registers and signs in. */
  signUp(email: string): Promise<TokenSet>;
  refresh(refreshToken: string): Promise<Answer>;
  me(token: string): Promise<Answer>;
}

export interface TestWorld extends AsyncDisposable {
  readonly nodes: readonly [TestNode, ...TestNode[]];
  readonly clock: TestClock;
  /** Present when there is more than one node. */
  readonly redis: RedisServer | undefined;
}

export interface WorldOptions {
  /** Default 1. More than one share a Redis; one has a store in memory. */
  readonly nodes?: number;
  readonly auth?: Partial<AuthOptions<AuthTables>>;
}

/** The one way tests start the system: real Postgres, real Redis, real hashes, calls over HTTP. */
export async function startWorld(options: WorldOptions = {}): Promise<TestWorld> {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await createTestDatabase({ template: "auth", migrate }));
  const nodeCount = options.nodes ?? 1;
  const redis = nodeCount > 1 ? stack.use(await startRedis()) : undefined;
  const clock: TestClock = { nowMs: Date.now() };

  const nodes: TestNode[] = [];
  for (let index = 0; index < nodeCount; index += 1) {
    const database = openDatabase(url);
    stack.defer(() => database.destroy());
    const store = redis === undefined ? createMemoryStore() : createRedisStore({ url: redis.url });
    const cache = createWriteThroughCache({ database, store });
    stack.defer(() => cache.stop());
    await cache.start();
    const node = createNode(database, cache, clock, options.auth);
    stack.defer(() => node.auth.stop());
    await node.auth.start();
    nodes.push(node);
  }
  const [first, ...others] = nodes;
  if (first === undefined) throw new RangeError("A world has at least one node");
  const owned = stack.move();
  return {
    nodes: [first, ...others],
    clock,
    redis,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

export function openDatabase(url: string): Kysely<AuthTables> {
  const pool = new pg.Pool({ connectionString: url, max: 8 });
  // Dropping a test's database cuts connections that are still closing; without listeners, of the
  // idle and of the busy ones, that ends the process. Statements on them fail all the same.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  return new Kysely<AuthTables>({ dialect: new PostgresDialect({ pool }) });
}

/** The application of the tests: what a user of the library writes, and two procedures that fail. */
function createApp(auth: Auth) {
  const t = initTRPC
    .context<AuthContext>()
    .create({ errorFormatter: auth.formatError, isDev: false });
  return t.router({
    auth: auth.router,
    whoAmI: t.procedure.concat(auth.signedIn).query(({ ctx }) => ctx.auth.user.id),
  });
}

export function createNode(
  database: Kysely<AuthTables>,
  cache: WriteThroughCache<AuthTables>,
  clock: TestClock,
  options: Partial<AuthOptions<AuthTables>> = {},
): TestNode {
  const events: AuthEvent[] = [];
  const auth = createAuth({
    database,
    cache,
    secret: testSecret,
    tokens: { issuer: "https://auth.test", audience: "https://api.test" },
    now: () => clock.nowMs,
    onEvent: (event) => void events.push(event),
    ...options,
  });
  const router = createApp(auth);

  const fetch = (req: Request): Promise<Response> =>
    fetchRequestHandler({
      endpoint: "/trpc",
      router,
      req,
      createContext: auth.createContext,
      maxBatchSize,
    });

  const send = async (path: string, init: RequestInit, call: CallOptions): Promise<Answer> => {
    const headers = new Headers(init.headers);
    if (call.token !== undefined) headers.set("authorization", `Bearer ${call.token}`);
    for (const [name, value] of Object.entries(call.headers ?? {})) headers.set(name, value);
    const response = await fetch(new Request(`http://api.test/trpc/${path}`, { ...init, headers }));
    const text = await response.text();
    const body = JSON.parse(text) as { result?: { data?: unknown }; error?: ErrorShape };
    return {
      status: response.status,
      text,
      headers: response.headers,
      data: body.result?.data,
      error: body.error,
    };
  };

  const node: TestNode = {
    auth,
    database,
    cache,
    events,
    fetch,
    query: (path, call = {}) => send(path, { method: "GET" }, call),
    mutate: (path, input, call = {}) =>
      send(
        path,
        {
          method: "POST",
          headers: { "content-type": "application/json" },
          ...(input !== undefined && { body: JSON.stringify(input) }),
        },
        call,
      ),
    register: (email, password = testPassword) =>
      node.mutate("auth.register", { email, password, name: "Ada" }),
    login: async (email, password = testPassword) => {
      const answer = await node.mutate("auth.login", { email, password });
      if (answer.status !== 200) throw new Error(`The login failed: ${answer.text}`);
      return answer.data as TokenSet;
    },
    signUp: async (email) => {
      const answer = await node.register(email);
      if (answer.status !== 200) throw new Error(`The registration failed: ${answer.text}`);
      return node.login(email);
    },
    refresh: (refreshToken) => node.mutate("auth.refresh", { refreshToken }),
    me: (token) => node.query("auth.me", { token }),
  };
  return node;
}

async function migrate(url: string): Promise<void> {
  const database = openDatabase(url);
  try {
    await migrateWriteThrough(database);
    await migrateAuth(database);
  } finally {
    await database.destroy();
  }
}

/** The reason of a refused call. */
export function reasonOf(answer: Answer): string | undefined {
  return answer.error?.data.reason;
}

/** The claims of a token, unchecked. */
export function claimsOf(token: string): { sub: string; sid: string } & Record<string, unknown> {
  const payload = token.split(".")[1] ?? "";
  return JSON.parse(Buffer.from(payload, "base64url").toString()) as ReturnType<typeof claimsOf>;
}
