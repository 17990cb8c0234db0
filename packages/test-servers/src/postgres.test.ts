import { existsSync } from "node:fs";

import pg from "pg";
import { beforeAll, afterAll, expect, onTestFinished, test } from "vitest";

import { type PostgresServer, startPostgres } from "./postgres.ts";
import { isAlive, requirePid, userOf } from "./test-helpers.ts";

let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

test("a started server answers at its URL, takes 200 connections and does not flush to disk", async () => {
  const settings = await query(
    postgres.url,
    `SELECT current_setting('max_connections') AS connections, current_setting('fsync') AS fsync,
       current_setting('listen_addresses') AS addresses`,
  );

  expect(settings).toEqual([{ connections: "200", fsync: "off", addresses: "127.0.0.1" }]);
});

test("the server demands its password", async () => {
  const url = new URL(postgres.url);
  url.password = "wrong";

  await expect(query(url.href, "SELECT 1")).rejects.toThrow("password authentication failed");
});

test.runIf(process.getuid?.() === 0)("the server of root runs as another user", () => {
  expect(userOf(requirePid(postgres.pid))).not.toBe(0);
});

test("databases made from one template do not see each other, nor does the template change", async () => {
  await postgres.createTemplate("posts", (url) =>
    query(url, "CREATE TABLE post (id int); INSERT INTO post VALUES (1)").then(() => undefined),
  );
  await using first = await postgres.createDatabase("posts");
  await using second = await postgres.createDatabase("posts");
  await query(first.url, "INSERT INTO post VALUES (2)");
  await using third = await postgres.createDatabase("posts");

  expect(await query(first.url, "SELECT id FROM post")).toHaveLength(2);
  expect(await query(second.url, "SELECT id FROM post")).toHaveLength(1);
  expect(await query(third.url, "SELECT id FROM post")).toHaveLength(1);
});

test("a template is prepared once, however many ask for it at once", async () => {
  let preparations = 0;
  const ask = (): Promise<void> =>
    postgres.createTemplate("asked_often", async (url) => {
      preparations += 1;
      await query(url, "CREATE TABLE post (id int)");
    });
  await Promise.all(Array.from({ length: 10 }, ask));

  expect(preparations).toBe(1);
});

test("a template whose preparation failed is made anew", async () => {
  const failing = postgres.createTemplate("fails_first", async (url) => {
    await query(url, "CREATE TABLE half (id int)");
    throw new Error("a bad migration");
  });
  await expect(failing).rejects.toThrow("a bad migration");
  await postgres.createTemplate("fails_first", async () => undefined);
  await using database = await postgres.createDatabase("fails_first");

  expect(await query(database.url, "SELECT to_regclass('half') AS half")).toEqual([{ half: null }]);
});

test("a dropped database is gone though a client is connected to it", async () => {
  const database = await postgres.createDatabase();
  const client = new pg.Client({ connectionString: database.url });
  client.on("error", () => undefined);
  await client.connect();
  await database.drop();
  await database.drop();

  await expect(query(database.url, "SELECT 1")).rejects.toThrow("does not exist");
});

test("a template name that could leave its quotes is refused", async () => {
  const refused = postgres.createTemplate('x"; DROP DATABASE postgres', async () => undefined);

  await expect(refused).rejects.toMatchObject({ code: "INVALID_NAME" });
});

test("stop ends the process and deletes the data, and may be called twice", async () => {
  const other = await startPostgres({ durable: true });
  const pid = requirePid(other.pid);
  const rows = await query(
    other.url,
    "SELECT current_setting('data_directory') AS folder, current_setting('fsync') AS fsync",
  );
  const { folder, fsync } = rows[0] as { folder: string; fsync: string };
  expect(fsync).toBe("on");
  expect(existsSync(folder)).toBe(true);
  await other.stop();
  await other.stop();

  expect(isAlive(pid)).toBe(false);
  expect(existsSync(folder)).toBe(false);
});

test("a setting that Postgres refuses is reported with what Postgres said", async () => {
  await expect(startPostgres({ settings: { no_such_setting: "1" } })).rejects.toMatchObject({
    code: "START_FAILED",
    message: expect.stringContaining("no_such_setting"),
  });
});

test("a server named by the environment is used, takes no settings and is not stopped", async () => {
  process.env["PORTCULLIS_TEST_POSTGRES_URL"] = postgres.url;
  onTestFinished(() => {
    delete process.env["PORTCULLIS_TEST_POSTGRES_URL"];
  });
  const named = await startPostgres();
  await using database = await named.createDatabase();
  await expect(startPostgres({ durable: true })).rejects.toMatchObject({ code: "NOT_OURS" });
  await named.stop();

  expect(await query(database.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return rows;
  } finally {
    await client.end();
  }
}
