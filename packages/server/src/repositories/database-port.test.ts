import { createTestDatabase } from "@portcullis/test-servers";
import { Kysely, PostgresDialect, sql } from "kysely";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase } from "../../test/start-auth.ts";
import { createDatabasePort } from "./database-port.ts";
import type { AuthDatabase, AuthTables } from "./tables.ts";

let url: string;
let database: AuthDatabase;
const stack = new AsyncDisposableStack();

beforeAll(async () => {
  ({ url } = stack.use(await createTestDatabase()));
  database = openDatabase(url);
  stack.defer(() => database.destroy());
  await sql`create table note (id integer primary key)`.execute(database);
});
afterAll(() => stack.disposeAsync());

const insert = (handle: AuthDatabase, id: number): Promise<unknown> =>
  sql`insert into note (id) values (${id})`.execute(handle);

async function notes(): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`select id from note order by id`.execute(database);
  return rows.map((row) => row.id);
}

test("what works is committed and returned; what throws is rolled back and thrown as it is", async () => {
  const port = createDatabasePort(database, 5000);
  expect(await port.transact((tx) => insert(tx, 1).then(() => "done"))).toBe("done");
  const refusal = new TypeError("not this one");
  const failing = port.transact(async (tx) => {
    await insert(tx, 2);
    throw refusal;
  });
  await expect(failing).rejects.toBe(refusal);
  await expect(port.transact((tx) => insert(tx, 1))).rejects.toMatchObject({ code: "23505" });
  expect(await notes()).toEqual([1]);
});

test("V13.1.3 a statement that waits for a lock is given up, and nothing was changed", async () => {
  const port = createDatabasePort(database, 300);
  const held = Promise.withResolvers<void>();
  const isHeld = Promise.withResolvers<void>();
  const holder = database.transaction().execute(async (tx) => {
    await sql`lock table note in access exclusive mode`.execute(tx);
    isHeld.resolve();
    await held.promise;
  });
  await isHeld.promise;
  await expect(port.transact((tx) => insert(tx, 3))).rejects.toMatchObject({
    reason: "unavailable",
  });
  await expect(port.read((db) => sql`select from note`.execute(db))).rejects.toMatchObject({
    reason: "unavailable",
  });
  held.resolve();
  await holder;
  expect(await notes()).not.toContain(3);
});

test("a transaction that outlives its deadline does not commit afterwards", async () => {
  const port = createDatabasePort(database, 200);
  const late = Promise.withResolvers<void>();
  const started = port.transact(async (tx) => {
    await insert(tx, 4);
    await late.promise;
  });
  await expect(started).rejects.toMatchObject({ reason: "unavailable" });
  late.resolve();
  // An insert of the same row waits for the late transaction to end, however it ends.
  await insert(database, 4);
  expect(await notes()).toContain(4);
});

test("a connection that breaks before the commit is told as unavailable", async () => {
  const port = createDatabasePort(database, 5000);
  const broken = port.transact(async (tx) => {
    await insert(tx, 5);
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
    await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(database);
    await insert(tx, 6);
  });
  await expect(broken).rejects.toMatchObject({ reason: "unavailable" });
  expect(await notes()).not.toContain(5);
});

test("DB-05 a connection that breaks at the commit is told as unknown", async () => {
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  pool.on("error", () => undefined);
  pool.on("connect", (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    // The commit arrives at the server; its answer does not arrive here.
    client.query = ((...args: unknown[]) => {
      if (args[0] !== "commit") return query(...args);
      return (query("commit") as Promise<unknown>).then(() => {
        throw Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
      });
    }) as typeof client.query;
  });
  const flaky = new Kysely<AuthTables>({ dialect: new PostgresDialect({ pool }) });
  try {
    const port = createDatabasePort(flaky, 5000);
    await expect(port.transact((tx) => insert(tx, 7))).rejects.toMatchObject({
      reason: "outcome_unknown",
    });
    expect(await notes()).toContain(7);
  } finally {
    await flaky.destroy();
  }
});

test("V16.5.2 a Postgres that cannot be reached is unavailable, not an internal error", async () => {
  const nowhere = openDatabase("postgres://nobody:x@127.0.0.1:1/nothing");
  const port = createDatabasePort(nowhere, 2000);
  await expect(port.read((db) => sql`select 1`.execute(db))).rejects.toMatchObject({
    reason: "unavailable",
  });
  await expect(port.transact((tx) => insert(tx, 8))).rejects.toMatchObject({
    reason: "unavailable",
  });
  await nowhere.destroy();
});
