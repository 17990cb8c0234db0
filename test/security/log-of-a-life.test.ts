import { createClient } from "@redis/client";
import { startFaultProxy, type FaultProxy } from "@portcullis/test-servers";
import { Client } from "pg";
import { z } from "zod";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import {
  outboxJsonOf,
  serversAt,
  startTestServers,
  type TestServers,
  type TestService,
} from "../../apps/server/src/test-service.ts";

/**
 * One account lives its whole life at the service, with attacks and faults in between. Then we look
 * through everything that it wrote: its log, Redis and Postgres.
 */
const stack = new AsyncDisposableStack();
let servers: TestServers;
let service: TestService;
let wayToPostgres: FaultProxy;
let aheadMs = 0;
/** Everything that was sent to Redis, and everything that is in it at the end. */
const sentToRedis: string[] = [];
let leftInRedis: string[];
/** All rows of all tables as text. */
let postgres: string;

/** What must be found nowhere, by what it is. */
const secrets = new Map<string, string>();

const patience = { timeout: 20_000 };
const origin = "https://app.test";
const userAgent = String.raw`Browser/1.0 éü \" \u001b[31m {"level":"fatal"}`;
const email = "canary-of-mailboxes@example.test";
const name = "Canary of Names";

interface Said {
  readonly status: number;
  readonly data: AnswerData;
}

/** Of all answers, what this life goes on with. */
interface AnswerData {
  readonly accessToken?: string;
  readonly refreshToken?: string | null;
  readonly user?: { readonly id: string };
}

interface CallOptions {
  readonly token?: string | undefined;
  readonly headers?: Record<string, string>;
}

async function send(
  method: string,
  path: string,
  body: unknown,
  options: CallOptions,
): Promise<Said> {
  const response = await fetch(`${service.url}${path}`, {
    method,
    headers: {
      "user-agent": userAgent,
      ...(method === "POST" && { "content-type": "application/json" }),
      ...(options.token !== undefined && { authorization: `Bearer ${options.token}` }),
      ...options.headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const { result } = (await response.json()) as { result?: { data: AnswerData } };
  for (const cookie of response.headers.getSetCookie()) {
    keepToken("cookie", cookie.split(/[=;]/)[1]);
  }
  keepToken("access token", result?.data.accessToken);
  keepToken("refresh token", result?.data.refreshToken);
  return { status: response.status, data: result?.data ?? {} };
}

const mutate = (path: string, input?: unknown, options: CallOptions = {}): Promise<Said> =>
  send("POST", `/trpc/auth.${path}`, input, options);
const query = (path: string, options: CallOptions = {}): Promise<Said> =>
  send("GET", `/trpc/auth.${path}`, undefined, options);

/** A token is as secret in its last part as it is whole. */
function keepToken(what: string, token: string | null | undefined): void {
  const secret = token?.split(".").at(-1) ?? "";
  if (secret !== "") secrets.set(secret, what);
}

function password(text: string): string {
  secrets.set(text, "password");
  return text;
}

/** The token of the newest mail that links to a page. */
async function mailed(page: string): Promise<string> {
  const link = new RegExp(`/${page}#token=(\\S+)`);
  const find = async (): Promise<string | undefined> => {
    const url = outboxJsonOf(service);
    secrets.set(new URL(url).searchParams.get("key") ?? "", "key of the outbox");
    const outbox = await (await fetch(url)).json();
    const { mails } = outbox as { mails: { text: string }[] };
    return mails.map(({ text }) => link.exec(text)?.[1]).find((found) => found !== undefined);
  };
  const token = decodeURIComponent((await vi.waitUntil(find, patience)) ?? "");
  keepToken("mailed token", token);
  return token;
}

async function isReady(): Promise<boolean> {
  return (await fetch(`${service.url}/readyz`)).ok;
}

async function live(): Promise<void> {
  const first = password("the first canary passphrase");
  await mutate("register", { email, name, password: password("canarycanarycanary") });
  await mutate("register", { email, name, password: first });
  await mutate("login", { email, password: first });
  await mutate("verifyEmail", { token: await mailed("verify-email"), password: first });
  await mutate("login", { email, password: password("a wrong canary passphrase") });
  const login = await mutate("login", { email, password: first });
  const { accessToken: token, refreshToken } = login.data;

  aheadMs += 301_000;
  await mutate("account.changeEmail", { email: "canary-moved@example.test" }, { token });
  aheadMs -= 301_000;
  await query("me", { token });
  await query("me?input=%7B%22canary%22:1%7D&token=canary-in-a-query", { token });
  secrets.set("canary-in-a-query", "query string");
  await query("me", { token: `${token?.slice(0, -4)}AAAA` });
  await query("me", { headers: { authorization: `Basic ${password("canaryOfBasicAuth")}` } });
  await mutate("account.rename", { name: "Another Canary Name" }, { token });
  await mutate("admin.users.ban", { userId: login.data.user?.id, reason: "Spite" }, { token });
  await mutate("sessions.revoke", { sessionId: "canary" }, { token });
  await mutate("confirm", { password: password("another wrong canary") }, { token });
  const confirmed = await mutate("confirm", { password: first }, { token });
  const child = await mutate("refresh", { refreshToken: confirmed.data.refreshToken });
  await mutate("refresh", { refreshToken: child.data.refreshToken });
  // Reused, and with it the session is over.
  await mutate("refresh", { refreshToken: confirmed.data.refreshToken });
  await mutate("refresh", { refreshToken });

  await mutate("forgotPassword", { email });
  const second = password("the second canary passphrase");
  await mutate("resetPassword", { token: await mailed("reset-password"), newPassword: second });
  const cookie = await mutate(
    "login",
    { email, password: second, refreshTokenIn: "cookie" },
    { headers: { origin } },
  );
  const third = password("the third canary passphrase");
  const changed = await mutate(
    "account.changePassword",
    { currentPassword: second, newPassword: third },
    { token: cookie.data.accessToken },
  );
  const { accessToken: own } = changed.data;
  await mutate("account.changeEmail", { email: "canary-moved@example.test" }, { token: own });
  await mutate("account.confirmEmail", { token: await mailed("confirm-email") }, { token: own });

  wayToPostgres.refuse();
  wayToPostgres.cut();
  await mutate("login", { email: "canary-moved@example.test", password: third });
  await mutate("logout", undefined, { token: own });
  wayToPostgres.heal();
  await vi.waitUntil(isReady, patience);
  await mutate("logout", undefined, { token: own });
  await mutate("logout", undefined, { token: own });
}

async function leave(): Promise<void> {
  const credentials = {
    email: "canary-moved@example.test",
    password: "the third canary passphrase",
  };
  const { data } = await mutate("login", credentials);
  await mutate("account.remove", undefined, { token: data.accessToken });
}

function secretsOf(storage: ReturnType<typeof serversAt>): readonly string[] {
  return storage.kind === "servers" ? storage.secrets : [];
}

/** What stands in the database besides, and must not leave it. */
async function collectStored(client: Client): Promise<void> {
  const { rows } = await client.query<{ secret: string }>(`
    select password_hash as secret from portcullis."user"
    union select password_hash from portcullis.registration
    union select encode(secret_hash, 'hex') from portcullis.refresh_token
    union select encode(secret_hash, 'base64') from portcullis.refresh_token
    union select encode(private_key_encrypted, 'base64') from portcullis.signing_key`);
  for (const { secret } of rows) secrets.set(secret.replaceAll("\n", ""), "stored");
}

async function readPostgres(client: Client): Promise<string> {
  const tables = await client.query<{ name: string }>(
    "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('portcullis', 'public')",
  );
  const texts: string[] = [];
  for (const { name: table } of tables.rows) {
    const { rows } = await client.query<{ row: string }>(`select t::text as row from ${table} t`);
    texts.push(...rows.map(({ row }) => row));
  }
  return texts.join("\n");
}

beforeAll(async () => {
  servers = stack.use(await startTestServers());
  wayToPostgres = stack.use(await startFaultProxy({ target: servers.database }));
  const watcher = createClient({ url: servers.redis.url });
  watcher.on("error", () => undefined);
  await watcher.connect();
  const redis = watcher.duplicate();
  redis.on("error", () => undefined);
  await redis.connect();
  await watcher.monitor((line) => void sentToRedis.push(line));
  stack.defer(() => watcher.destroy());
  stack.defer(() => redis.destroy());

  const storage = serversAt(wayToPostgres.url, servers.redis.url);
  service = stack.use(
    await servers.startNode({
      config: { storage, allowedOrigins: [origin], requireVerifiedEmail: true },
      now: () => Date.now() + aheadMs,
    }),
  );
  secrets.set(decodeURIComponent(new URL(servers.database.url).password), "password of Postgres");
  for (const secret of secretsOf(storage)) secrets.set(secret, "AUTH_SECRET");
  await live();

  const client = new Client(servers.database.url);
  await client.connect();
  stack.defer(() => client.end());
  await collectStored(client);
  postgres = await readPostgres(client);
  await leave();
  leftInRedis = [];
  for await (const keys of redis.scanIterator()) {
    for (const key of keys) {
      const value =
        (await redis.type(key)) === "hash" ? await redis.hGetAll(key) : await redis.get(key);
      leftInRedis.push(JSON.stringify([key, await redis.ttl(key), value]));
    }
  }
});
afterAll(() => stack.disposeAsync());

/** Which secrets a text has in it, by what they are. */
function secretsIn(text: string, isMeant: (what: string) => boolean = () => true): string[] {
  return [...secrets].flatMap(([secret, what]) =>
    isMeant(what) && text.includes(secret) ? [what] : [],
  );
}

const linesOf = (message: string): readonly Record<string, unknown>[] =>
  service.logged().filter(({ msg }) => msg === message);

test("V16.2.5 the log has no password, no token, no hash and no secret of the service", () => {
  expect(new Set(secrets.values())).toEqual(
    new Set([
      "password",
      "access token",
      "refresh token",
      "cookie",
      "mailed token",
      "key of the outbox",
      "query string",
      "stored",
      "AUTH_SECRET",
      "password of Postgres",
    ]),
  );
  const log = JSON.stringify(service.logged());
  expect(secretsIn(log)).toEqual([]);
  // Nor what would make it personal data.
  expect(log).not.toMatch(/canary-of-mailboxes|canary-moved|Canary of Names|Another Canary Name/);
});

test("V14.2.2 Redis is never told a password, a token, a hash or a secret of the service", () => {
  expect(sentToRedis.length).toBeGreaterThan(100);
  expect(leftInRedis.some((entry) => entry.includes("auth_user"))).toBe(true);
  expect(secretsIn(sentToRedis.join("\n"))).toEqual([]);
  expect(secretsIn(leftInRedis.join("\n"))).toEqual([]);
});

test("V14.2.2 what is in Redis goes by itself, and with its account", () => {
  const lasting = leftInRedis.filter((entry) => (JSON.parse(entry) as [string, number])[1] < 0);
  expect(lasting).toEqual([expect.stringContaining("portcullis:marker")]);
  expect(leftInRedis.join("\n")).not.toMatch(/canary/i);
});

test("V6.5.2 V11.4.2 Postgres has no password and no token, only hashes of them", () => {
  expect(secretsIn(postgres)).toContain("stored");
  expect(secretsIn(postgres, (what) => what !== "stored")).toEqual([]);
});

test("V16.2.2 V16.2.4 every line is an object with a level, a message and a time in UTC", () => {
  const line = z.looseObject({
    level: z.enum(["debug", "info", "warn", "error"]),
    time: z.iso.datetime({ offset: false, precision: 3 }),
    msg: z.string().min(1),
  });
  expect(service.logged().flatMap((entry) => line.safeParse(entry).error?.issues ?? [])).toEqual(
    [],
  );
});

test("V16.2.1 every security event says when, who, from where, what and how it ended", () => {
  const id = z.uuid().nullable();
  const event = z.looseObject({
    atMs: z.int(),
    outcome: z.enum(["success", "refused"]),
    actorId: id,
    userId: id,
    sessionId: id,
    address: z.literal("127.0.0.1"),
    userAgent: z.literal(userAgent),
    requestId: z.uuid(),
  });
  // The first signing key is made before anybody asks for anything.
  const isOfRequest = ({ msg }: Record<string, unknown>): boolean => msg !== "key_rotated";
  const events = service.logged().filter((line) => "outcome" in line && isOfRequest(line));
  expect(events.length).toBeGreaterThan(10);
  expect(events.flatMap((line) => event.safeParse(line).error?.issues ?? [])).toEqual([]);
});

test("V16.4.1 what a client sends is a value in its line, whatever it looks like", () => {
  const [line] = linesOf("login_failed");
  expect(line).toMatchObject({ level: "info", userAgent });
});

test("V16.3.1 V16.3.2 V16.3.3 V16.3.4 each request leaves one line of its own, and one event", () => {
  const requests = linesOf("request").filter(({ path }) => String(path).startsWith("/trpc/"));
  const seen = requests.map(({ path, status, requestId }) => {
    const others = service
      .logged()
      .filter((line) => line["requestId"] === requestId && line["msg"] !== "request");
    return [String(path).slice("/trpc/auth.".length), status, ...others.map(({ msg }) => msg)];
  });
  expect(seen).toEqual([
    ["register", 400],
    ["register", 200, "registration_accepted"],
    ["login", 401, "login_failed"],
    ["verifyEmail", 200, "email_verified"],
    ["login", 401, "login_failed"],
    ["login", 200, "login_succeeded"],
    ["account.changeEmail", 403, "confirmation_required"],
    ["me", 200],
    ["me", 400],
    ["me", 401, "token_invalid"],
    ["me", 401, "token_invalid"],
    ["account.rename", 200, "name_changed"],
    ["admin.users.ban", 403, "permission_denied"],
    ["sessions.revoke", 400],
    ["confirm", 401, "confirmation_failed"],
    ["confirm", 200, "confirmed"],
    ["refresh", 200, "session_refreshed"],
    ["refresh", 200, "session_refreshed"],
    ["refresh", 401, "refresh_token_reused"],
    ["refresh", 401, "refresh_refused"],
    ["forgotPassword", 200, "password_reset_requested"],
    ["resetPassword", 200, "password_reset"],
    ["login", 200, "login_succeeded"],
    ["account.changePassword", 200, "password_changed"],
    ["account.changeEmail", 200, "email_change_requested"],
    ["account.confirmEmail", 200, "email_changed"],
    ["login", 503, "call_failed"],
    ["logout", 503, "call_failed"],
    ["logout", 200, "session_revoked"],
    ["logout", 401, "token_refused"],
    ["login", 200, "login_succeeded"],
    ["account.remove", 200, "account_deleted"],
  ]);
});
