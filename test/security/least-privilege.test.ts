import { readFile } from "node:fs/promises";
import { createClient } from "@redis/client";
import { startPostgres } from "@portcullis/test-servers";
import { createRedisLimitStore } from "@portcullis/server";
import { createRedisStore, createWriteThroughCache } from "@portcullis/write-through";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { migrateAll } from "../../apps/server/src/migrate-all.ts";
import {
  serversAt,
  signedInClient,
  startTestServers,
  type TestServers,
} from "../../apps/server/src/test-service.ts";
import { createOauthService } from "../../packages/server/test/oauth-service.ts";
import {
  createNode,
  openDatabase,
  reasonOf,
  testSecret,
  type TestClock,
  type TestNode,
} from "../../packages/server/test/start-auth.ts";
import {
  insertPerson,
  insertSignedIn,
  validInputs,
} from "../../packages/server/test/valid-calls.ts";
import { walkRouter } from "../../packages/server/test/walk-router.ts";

const page = new URL("../../docs/least-privilege.md", import.meta.url);
const password = "of-the-service";

const stack = new AsyncDisposableStack();
let servers: TestServers;
let owner: Client;
let service: Client;
let serviceUrl: string;
let redisUrl: string;
let redisAdmin: Redis;
let redisService: Redis;

interface Redis {
  sendCommand(words: readonly string[]): Promise<unknown>;
}

/** The page's one block of a language: what is run here is what the page says. */
async function blockOf(language: string): Promise<string> {
  const fence = new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, "gm");
  const blocks = Array.from((await readFile(page, "utf8")).matchAll(fence), ([, code]) => code);
  expect(blocks).toHaveLength(1);
  return blocks[0] ?? "";
}

async function connectRedis(url: string): Promise<Redis> {
  const client = createClient({ url });
  client.on("error", () => undefined);
  await client.connect();
  stack.defer(() => client.destroy());
  return client;
}

async function connectPostgres(url: string): Promise<Client> {
  const client = new Client(url);
  await client.connect();
  stack.defer(() => client.end());
  return client;
}

beforeAll(async () => {
  servers = stack.use(await startTestServers());
  // Roles belong to a whole server, so this one is not shared with other tests.
  const { url } = stack.use(await stack.use(await startPostgres()).createDatabase());
  const database = openDatabase(url);
  await migrateAll(database);
  await database.destroy();
  owner = await connectPostgres(url);
  await owner.query(await blockOf("sql"));
  await owner.query(`alter role portcullis_service password '${password}'`);
  serviceUrl = url.replace(/\/\/[^@]*@/, `//portcullis_service:${password}@`);
  service = await connectPostgres(serviceUrl);

  redisAdmin = await connectRedis(servers.redis.url);
  const words = (await blockOf("redis")).trim().replace("nopass", `>${password}`).split(" ");
  await redisAdmin.sendCommand(words);
  redisUrl = servers.redis.url.replace("//", `//portcullis:${password}@`);
  redisService = await connectRedis(redisUrl);
});
afterAll(() => stack.disposeAsync());

/** A node that has no more rights than the page gives. */
async function startNode(clock: TestClock): Promise<TestNode> {
  const database = openDatabase(serviceUrl);
  stack.defer(() => database.destroy());
  const cache = createWriteThroughCache({
    database,
    store: createRedisStore({ url: redisUrl }),
    leaseMs: 1000,
  });
  stack.defer(() => cache.stop());
  await cache.start();
  const limits = { store: createRedisLimitStore({ url: redisUrl }), scale: 1000 };
  const roles = { custom: { moderator: ["users:read", "users:ban"] } } as const;
  const node = createNode(database, cache, clock, { limits, roles });
  stack.defer(() => node.auth.stop());
  await node.auth.start();
  return node;
}

/** What Redis has refused, but for the greeting that the page speaks of. */
async function refusalsOfRedis(): Promise<unknown> {
  const refusals = (await redisAdmin.sendCommand(["ACL", "LOG"])) as { object: string }[];
  return refusals.filter(({ object }) => object !== "client|setinfo");
}

test("V13.2.2 every procedure and every operator's call works with the rights of the page", async () => {
  const clock = { nowMs: Date.now() };
  const node = await startNode(clock);
  await expect.poll(() => node.cache.status().kind).toBe("cached");
  for (const { path, type } of walkRouter(node.auth.router)) {
    const caller = await insertSignedIn(node, "admin");
    const input = await validInputs[path]?.({ node, caller, other: await insertPerson(node) });
    const token = caller.tokens.accessToken;
    const query = input === undefined ? "" : `?input=${encodeURIComponent(JSON.stringify(input))}`;
    const answer =
      type === "query"
        ? await node.query(`auth.${path}${query}`, { token })
        : await node.mutate(`auth.${path}`, input, { token });
    expect([path, reasonOf(answer)]).toEqual([path, undefined]);
  }

  const { email } = await insertPerson(node);
  const { console: operator, keys } = node.auth;
  const root = {
    email: "root@example.test",
    name: "Root",
    password: "a passphrase of an operator",
  };
  expect((await operator.createAdmin(root)).kind).toBe("created");
  await operator.banUser({ email, reason: "Spam" });
  await operator.unbanUser(email);
  await operator.logOutUser(email);
  await operator.revokeAllTokens();
  await keys.rotate();
  await keys.list();
  const oauth = await createOauthService(node);
  const { accessToken, refreshToken } = await node.login(email);
  expect((await oauth.introspect(accessToken)).status).toBe(200);
  expect((await oauth.revoke(refreshToken)).status).toBe(200);
  expect(reasonOf(await node.me(accessToken))).toBe("token_revoked");
  // Until what has ended is deleted.
  clock.nowMs += 8 * 86_400_000;
  const countSessions = async (): Promise<number> =>
    (await node.database.selectFrom("portcullis.session").select("id").execute()).length;
  const before = await countSessions();
  await node.auth.purge();
  expect(await countSessions()).toBeLessThan(before);
  expect(node.cache.status().kind).toBe("cached");
  expect(await refusalsOfRedis()).toEqual([]);
  expect(node.events.filter((event) => "error" in event)).toEqual([]);
});

test("V13.2.2 the service starts, serves and keeps its posts with the rights of the page", async () => {
  const storage = { ...serversAt(serviceUrl, redisUrl), secrets: [testSecret] as const };
  await using node = await servers.startNode({ config: { storage } });
  const { api } = await signedInClient(node);
  const { id } = await api.posts.create.mutate({ title: "Title", body: "Body" });
  await api.posts.update.mutate({ id, title: "Another", body: "Body" });
  expect(await api.posts.byId.query({ id })).toMatchObject({ title: "Another" });
  await api.posts.remove.mutate({ id });
  await api.auth.account.remove.mutate();
  const faults = node.logged().filter(({ level }) => level === "error" || level === "warn");
  expect(faults).toEqual([]);
  expect(await refusalsOfRedis()).toEqual([]);
});

test.each([
  "create table portcullis.planted (id int)",
  "create table public.planted (id int)",
  "create schema planted",
  "create function public.planted() returns int language sql return 1",
  "create role planted",
  'drop table portcullis."user"',
  'truncate portcullis."user" cascade',
  "truncate portcullis.audit_event",
  'alter table portcullis."user" disable trigger all',
  'alter table portcullis."user" add column planted int',
  "drop trigger audit_event_is_append_only on portcullis.audit_event",
  "update portcullis.audit_event set kind = 'nothing'",
  "delete from portcullis.signing_key",
  "delete from portcullis.realm",
  "delete from portcullis.authority",
  "insert into portcullis.auth_migration (name, timestamp) values ('planted', '')",
  "delete from portcullis.auth_migration",
  "copy portcullis.signing_key to '/tmp/planted'",
  "copy portcullis.signing_key to program 'cat'",
  "select pg_read_file('/etc/passwd')",
  "select rolpassword from pg_authid",
  "set role postgres",
  "alter system set fsync = off",
  "set session_replication_role = replica",
])("V13.2.2 the role of the service may not: %s", async (statement) => {
  await expect(service.query(statement)).rejects.toMatchObject({ code: "42501" });
});

test("V13.2.2 the grants name each table there is, so a new one is thought of", async () => {
  const { rows } = await owner.query<{ name: string }>(`
    select format('%s.%s', nspname, relname) as name from pg_class
    join pg_namespace on pg_namespace.oid = relnamespace
    where relkind in ('r', 'p') and nspname in ('portcullis', 'public')`);
  const named = (await blockOf("sql")).replaceAll('"', "");
  const missing = rows.filter(({ name }) => !new RegExp(`\\b${name}\\b`).test(named));
  expect(rows.length).toBeGreaterThan(10);
  expect(missing).toEqual([]);
});

const forbiddenCommands = [
  ["FLUSHALL"],
  ["FLUSHDB"],
  ["KEYS", "*"],
  ["CONFIG", "GET", "*"],
  ["CONFIG", "SET", "dir", "/tmp"],
  ["ACL", "LIST"],
  ["ACL", "SETUSER", "planted", "on", "nopass", "+@all", "~*"],
  ["MONITOR"],
  ["SHUTDOWN"],
  ["REPLICAOF", "NO", "ONE"],
  ["MIGRATE", "127.0.0.1", "1", "portcullis:x", "0", "1"],
  ["SCRIPT", "FLUSH"],
  ["FUNCTION", "LIST"],
  ["CLIENT", "LIST"],
  ["GET", "another:key"],
  ["SET", "another:key", "planted"],
  ["EVAL", "return redis.call('GET', 'another:key')", "0"],
  ["EVAL", "return redis.call('FLUSHALL')", "0"],
  ["PUBLISH", "another", "planted"],
];

test.each(forbiddenCommands.map((words) => [words.join(" "), words] as const))(
  "V13.2.2 the user of Redis may not: %s",
  async (_, words) => {
    const refusal = /permissions|executing the script can't/;
    await expect(redisService.sendCommand(words)).rejects.toThrow(refusal);
    await redisAdmin.sendCommand(["ACL", "LOG", "RESET"]);
  },
);
