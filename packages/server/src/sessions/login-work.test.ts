import { createTestDatabase } from "@portcullis/test-servers";
import {
  createMemoryStore,
  createWriteThroughCache,
  migrateWriteThrough,
} from "@portcullis/write-through";
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createNode, testPassword } from "../../test/start-auth.ts";
import type { TestNode } from "../../test/start-auth.ts";
import { migrateAuth } from "../repositories/migrate.ts";
import type { AuthTables } from "../repositories/tables.ts";

/**
 * The time of an answer tells as much as its text. Times cannot be compared on a busy machine, the
 * work behind them can: the statements that Postgres gets, in their order.
 */
const statements: string[] = [];
const stack = new AsyncDisposableStack();
let node: TestNode;

beforeAll(async () => {
  const { url } = stack.use(await createTestDatabase());
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  pool.on("error", () => undefined);
  const database = new Kysely<AuthTables>({
    dialect: new PostgresDialect({ pool }),
    log: (event) => void statements.push(event.query.sql),
  });
  stack.defer(() => database.destroy());
  await migrateWriteThrough(database);
  await migrateAuth(database);
  const cache = createWriteThroughCache({ database, store: createMemoryStore() });
  stack.defer(() => cache.stop());
  await cache.start();
  // Without mails, whose worker would write statements of its own in between.
  node = createNode(database, cache, { nowMs: Date.now() }, { mail: "none" });
  stack.defer(() => node.auth.stop());
  await node.auth.start();
});
afterAll(() => stack.disposeAsync());

/** The statements of one call, but for those of background work, which comes when it likes. */
async function workOf(call: () => Promise<unknown>): Promise<string[]> {
  statements.length = 0;
  await call();
  const tables = /"portcullis"\."(?:user|session|refresh_token|registration|email_token|mail)"/;
  return statements.filter((statement) => tables.test(statement));
}

const login = (email: string, password: string) => () =>
  node.mutate("auth.login", { email, password });

test("EN-01 V6.3.8 a refused login is the same work whoever it is for", async () => {
  await node.register("known@example.test");
  const banned = await node.signUp("banned@example.test");
  await node.cache.write([{ table: "auth_user", id: banned.user.id }], async (transaction) => {
    await transaction
      .updateTable("portcullis.user")
      .set({ banned_at: new Date(1) })
      .where("id", "=", banned.user.id)
      .execute();
  });
  const unknown = await workOf(login("unknown@example.test", testPassword));
  expect(unknown).toHaveLength(1);
  expect(await workOf(login("known@example.test", "a wrong password"))).toEqual(unknown);
  expect(await workOf(login("banned@example.test", "a wrong password"))).toEqual(unknown);
  expect(await workOf(login("banned@example.test", testPassword))).toEqual(unknown);
});

test("EN-02 V6.3.8 a registration is the same work for a new and a used email", async () => {
  const register = (email: string) => () => node.register(email);
  const fresh = await workOf(register("fresh@example.test"));
  expect(fresh).toHaveLength(2);
  expect(await workOf(register("fresh@example.test"))).toEqual(fresh);
  expect(await workOf(register("known@example.test"))).toEqual(fresh);
});

test("EN-03 V6.3.8 a forgotten password is the same work for a known and an unknown email", async () => {
  const forgot = (email: string) => () => node.mutate("auth.forgotPassword", { email });
  const unknown = await workOf(forgot("unknown@example.test"));
  expect(unknown).toEqual([]);
  expect(await workOf(forgot("known@example.test"))).toEqual(unknown);
});
