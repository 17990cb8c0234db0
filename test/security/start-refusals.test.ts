import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startServiceProcess } from "../../apps/server/demo/service-process.ts";
import { startTestServers, type TestServers } from "../../apps/server/src/test-service.ts";

/** The program itself, as an operator starts it: without its secrets, and for the first time. */
let servers: TestServers;
let postgres: Client;

beforeAll(async () => {
  servers = await startTestServers();
  postgres = new Client(servers.database.url);
  await postgres.connect();
});
afterAll(async () => {
  await postgres?.end();
  await servers?.[Symbol.asyncDispose]();
});

const complete = (): Record<string, string> => ({
  DATABASE_URL: servers.database.url,
  REDIS_URL: servers.redis.url,
  REQUIRE_VERIFIED_EMAIL: "false",
  AUTH_SECRET: "find-me: a secret of 32 bytes or more",
  PORT: "0",
});

async function countTables(): Promise<number> {
  const { rows } = await postgres.query<{ count: string }>(
    "select count(*) from pg_tables where schemaname in ('public', 'portcullis')",
  );
  return Number(rows[0]?.count);
}

test.each([
  ["no secret", { AUTH_SECRET: "" }, "AUTH_SECRET is not"],
  ["a short secret", { AUTH_SECRET: "find-me" }, "AUTH_SECRET must have 32"],
  ["one short secret of two", { AUTH_SECRET: `${"find-me!".repeat(5)},short` }, "AUTH_SECRET must"],
  ["no Redis", { REDIS_URL: "" }, "REDIS_URL is not"],
  ["no mail server", { REQUIRE_VERIFIED_EMAIL: "" }, "SMTP_URL is not"],
])(
  "V13.3.1 V6.3.2 V13.2.3 with %s it does not start, and touches nothing",
  async (_, change, why) => {
    const failure = await startServiceProcess({ ...complete(), ...change }).catch(String);
    expect(failure).toMatch(/ended with code 1/);
    expect(failure).toContain(why);
    expect(failure).not.toContain("find-me");
    expect(failure).not.toContain(new URL(servers.database.url).password);
    expect(await countTables()).toBe(0);
  },
);

test("V13.3.1 a secret of one repeated character does not start it either", async () => {
  const AUTH_SECRET = "x".repeat(64);
  const failure = await startServiceProcess({ ...complete(), AUTH_SECRET }).catch(String);
  expect(failure).toMatch(/ended with code 1[^]*Portcullis can not start/);
  expect(failure).not.toContain(AUTH_SECRET);
});

test("V6.3.2 V16.2.3 its first start makes no account, and all it writes is its log", async () => {
  await using service = await startServiceProcess({ ...complete(), NODE_ENV: "production" });
  const { rows } = await postgres.query('select * from portcullis."user"');
  expect(rows).toEqual([]);
  for (const email of ["admin@localhost.test", "admin@example.com", "root@example.com"]) {
    for (const password of ["admin", "password", "portcullis", "changeme"]) {
      const response = await fetch(`${service.url}/trpc/auth.login`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ email, password }),
      });
      expect([401, 429]).toContain(response.status);
    }
  }
  await service.stop();
  expect(service.output.length).toBeGreaterThan(12);
  for (const line of service.output) {
    expect(JSON.parse(line)).toMatchObject({ level: expect.any(String), msg: expect.any(String) });
  }
  expect(service.output.join("\n")).not.toContain("find-me");
});
