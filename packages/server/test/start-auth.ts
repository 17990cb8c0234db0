import { createTestDatabase, startRedis } from "@portcullis/test-servers";
import type { RedisServer } from "@portcullis/test-servers";
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
import type { Updateable } from "kysely";
import pg from "pg";
import { createAuth, createMemoryOutbox, maxBatchSize, migrateAuth } from "../src/index.ts";
import type {
  Auth,
  AuthContext,
  AuthEvent,
  AuthOptions,
  ErrorShape,
  MemoryOutbox,
  TokenSet,
} from "../src/index.ts";
import type { AuthTables, UserTable } from "../src/repositories/tables.ts";

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
  /** The client's address. */
  readonly address?: string;
}

/** Tokens of a client that keeps its refresh token itself. */
export type BodyTokenSet = TokenSet & { readonly refreshToken: string };

/** One node of an application: its own pool, cache and auth. */
export interface TestNode {
  readonly auth: Auth;
  readonly database: Kysely<AuthTables>;
  readonly cache: WriteThroughCache<AuthTables>;
  readonly events: AuthEvent[];
  /** What it mailed, newest first. */
  readonly outbox: MemoryOutbox;
  /** Sends any request to the application, from a client at that address. */
  fetch(request: Request, peerAddress?: string): Promise<Response>;
  /** Calls a procedure over HTTP: queries by GET, mutations by POST. */
  query(path: string, options?: CallOptions): Promise<Answer>;
  mutate(path: string, input?: unknown, options?: CallOptions): Promise<Answer>;
  register(email: string, password?: string): Promise<Answer>;
  login(email: string, password?: string): Promise<BodyTokenSet>;
  /** Registers and signs in. */
  signUp(email: string): Promise<BodyTokenSet>;
  /** The same for a user with a role, which no procedure gives to the first of its users. */
  signUpAs(role: string, email: string): Promise<BodyTokenSet>;
  /** Changes a user's row past all rules, and tells the cache. */
  changeUser(userId: string, change: Updateable<UserTable>): Promise<void>;
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

/** What a node's auth is made with besides the defaults of tests. */
type NodeOptions = Partial<Omit<AuthOptions<AuthTables>, "mail">> & {
  readonly mail?: NonNullable<AuthOptions<AuthTables>["mail"]> | "none";
};

export function createNode(
  database: Kysely<AuthTables>,
  cache: WriteThroughCache<AuthTables>,
  clock: TestClock,
  { mail, ...options }: NodeOptions = {},
): TestNode {
  const events: AuthEvent[] = [];
  const outbox = createMemoryOutbox();
  const auth = createAuth({
    database,
    cache,
    secret: testSecret,
    // Most tests are about users who are there already; those of mails set it to true.
    accounts: { requireVerifiedEmail: false },
    // Tests make as many calls as they like from one address; those of limits set it to 1.
    limits: { scale: 1000 },
    tokens: { issuer: "https://auth.test", audience: "https://api.test" },
    now: () => clock.nowMs,
    onEvent: (event) => void events.push(event),
    ...options,
    ...(mail !== "none" && {
      mail: mail ?? {
        transport: outbox.transport,
        from: "auth@app.test",
        appUrl: "https://app.test",
      },
    }),
  });
  const router = createApp(auth);

  const fetch = (req: Request, peerAddress = "192.0.2.1"): Promise<Response> =>
    fetchRequestHandler({
      endpoint: "/trpc",
      router,
      req,
      createContext: (request) => auth.createContext({ ...request, peerAddress }),
      maxBatchSize,
    });

  const send = async (path: string, init: RequestInit, call: CallOptions): Promise<Answer> => {
    const headers = new Headers(init.headers);
    if (call.token !== undefined) headers.set("authorization", `Bearer ${call.token}`);
    for (const [name, value] of Object.entries(call.headers ?? {})) headers.set(name, value);
    const response = await fetch(
      new Request(`http://api.test/trpc/${path}`, { ...init, headers }),
      call.address,
    );
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
    outbox,
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
      return answer.data as BodyTokenSet;
    },
    signUp: async (email) => {
      const answer = await node.register(email);
      if (answer.status !== 200) throw new Error(`The registration failed: ${answer.text}`);
      return node.login(email);
    },
    signUpAs: async (role, email) => {
      const tokens = await node.signUp(email);
      await node.changeUser(tokens.user.id, { role });
      return tokens;
    },
    changeUser: async (id, change) => {
      await cache.write([{ table: "auth_user", id }], (transaction) =>
        transaction.updateTable("portcullis.user").set(change).where("id", "=", id).execute(),
      );
    },
    refresh: (refreshToken) => node.mutate("auth.refresh", { refreshToken }),
    me: (token) => node.query("auth.me", { token }),
  };
  return node;
}

export async function migrate(url: string): Promise<void> {
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

/** The token of the newest mail of a kind to an address, as its reader would bring it back. */
export async function mailedToken(
  node: TestNode,
  email: string,
  page: "verify-email" | "reset-password" | "confirm-email",
): Promise<string> {
  const link = new RegExp(`https://app\\.test/${page}#token=(\\S+)`);
  const mail = await node.outbox.waitFor(({ to, text }) => to.address === email && link.test(text));
  return decodeURIComponent(link.exec(mail.text)?.[1] ?? "");
}

/** Registers, follows the link of the mail, and signs in. */
export async function signUpVerified(node: TestNode, email: string): Promise<BodyTokenSet> {
  await node.register(email);
  const token = await mailedToken(node, email, "verify-email");
  const answer = await node.mutate("auth.verifyEmail", { token, password: testPassword });
  if (answer.status !== 200) throw new Error(`The verification failed: ${answer.text}`);
  return node.login(email);
}
