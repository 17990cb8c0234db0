import { createTestDatabase } from "@portcullis/test-servers";
import {
  createMemoryStore,
  createWriteThroughCache,
  migrateWriteThrough,
} from "@portcullis/write-through";
import { Kysely, PostgresDialect, sql } from "kysely";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createNode } from "../test/start-auth.ts";
import type { TestNode } from "../test/start-auth.ts";
import { insertPerson, insertSignedIn, validInputs } from "../test/valid-calls.ts";
import { walkRouter } from "../test/walk-router.ts";
import { migrateAuth } from "./repositories/migrate.ts";
import type { AuthTables } from "./repositories/tables.ts";

/** What every attack carries, to be found again where it must not be. */
const mark = "zq9";

/** Every text of a statement that was sent to Postgres; its values go apart from it. */
const statements: string[] = [];
const stack = new AsyncDisposableStack();
let node: TestNode;

beforeAll(async () => {
  const { url } = stack.use(await createTestDatabase());
  const pool = new pg.Pool({ connectionString: url, max: 8 });
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
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
  node = createNode(database, cache, { nowMs: Date.now() });
  stack.defer(() => node.auth.stop());
  await node.auth.start();
});
afterAll(() => stack.disposeAsync());

const injections = [
  `${mark}'`,
  `${mark}"`,
  `${mark}\\`,
  `${mark}';--`,
  `${mark}' or '1'='1`,
  `${mark}' or 1=1--`,
  `${mark}") or ("1"="1`,
  `${mark}'; drop table portcullis.user; --`,
  `${mark}'; update portcullis.user set role = 'admin'; --`,
  `${mark}' union select password_hash from portcullis.user --`,
  `${mark}'||(select pg_sleep(30))||'`,
  `${mark}$$; select pg_sleep(30); $$`,
  `${mark}$1`,
  `${mark}/**/or/**/1=1`,
  `${mark}%27%20or%201=1`,
  `${mark}\\'; drop table portcullis.session; --`,
  `${mark}\u02bc or 1=1`,
  `${mark}\uff07 or 1=1`,
  `${mark}' order by 1 desc nulls first --`,
  `${mark}->>'role'`,
];

/** What SQL that ran would have changed. */
async function treasure(): Promise<unknown> {
  const { rows } = await sql`
    select (select count(*) from portcullis.user where role = 'admin') as admins,
      (select count(*) from portcullis.session) > 0 as sessions,
      (select count(*) from portcullis.signing_key) as keys`.execute(node.database);
  return rows;
}

test.each(Object.keys(validInputs))(
  "V1.2.4 DB-01 SQL in any text of the input of %s is a value and nothing else",
  async (path) => {
    const procedure = walkRouter(node.auth.router).find((one) => one.path === path);
    const caller = await insertSignedIn(node, "admin");
    const input = await validInputs[path]?.({ node, caller, other: await insertPerson(node) });
    const texts = Object.entries(input ?? {}).filter(([, value]) => typeof value === "string");
    const fields = new Set([...texts.map(([field]) => field), "cursor", "orderBy"]);
    const before = await treasure();
    for (const field of fields) {
      for (const attack of injections) {
        const sent = { ...(input as object), [field]: attack };
        const options = { token: caller.tokens.accessToken };
        const query = `auth.${path}?input=${encodeURIComponent(JSON.stringify(sent))}`;
        const answer =
          procedure?.type === "query"
            ? await node.query(query, options)
            : await node.mutate(`auth.${path}`, sent, options);
        expect([field, attack, answer.status < 500]).toEqual([field, attack, true]);
      }
    }
    expect(await treasure()).toEqual(before);
    expect(statements.filter((text) => text.includes(mark))).toEqual([]);
    // So the statements were seen at all.
    expect(statements.some((text) => text.includes("$1"))).toBe(true);
  },
);
