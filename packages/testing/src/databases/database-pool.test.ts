import { type Kysely, sql } from "kysely";
import { expect, test } from "vitest";
import { createDatabasePool } from "./database-pool.ts";

interface Database {
  parent: { id: number; name: string };
  child: { id: number; parent_id: number; twice: number };
}

async function migrate(database: Kysely<Database>): Promise<void> {
  await sql`create table parent (id int generated always as identity primary key, name text)`.execute(
    database,
  );
  await sql`create table child (
    id serial primary key,
    parent_id int not null references parent,
    twice int generated always as (parent_id * 2) stored
  )`.execute(database);
  await sql`insert into parent (name) values ('of the migration')`.execute(database);
  await sql`insert into child (parent_id) values (1)`.execute(database);
}

/** All rows, and which ids come next. */
async function contentOf(database: Kysely<Database>): Promise<unknown> {
  const [parents, children] = [
    await database.selectFrom("parent").selectAll().execute(),
    await database.selectFrom("child").selectAll().execute(),
  ];
  const { rows } = await sql`
    select nextval('parent_id_seq') as parent, nextval('child_id_seq') as child`.execute(database);
  return { parents, children, next: rows[0] };
}

/** Leaves a mark on a database where a snapshot does not look. */
async function mark(database: Kysely<Database>): Promise<void> {
  await sql`create table portcullis_testing.mark ()`.execute(database);
}

async function isMarked(database: Kysely<Database>): Promise<boolean> {
  const { rows } = await sql<{ mark: string | null }>`
    select to_regclass('portcullis_testing.mark') as mark`.execute(database);
  return rows[0]?.mark !== null;
}

const asMigrated = {
  parents: [{ id: 1, name: "of the migration" }],
  children: [{ id: 1, parent_id: 1, twice: 2 }],
  next: { parent: 2, child: 2 },
};

test("a database comes back as its migrations have left it, whatever was done to its rows", async () => {
  const pool = createDatabasePool({ liveMax: 1, idleMax: 1 });
  for (let use = 0; use < 3; use += 1) {
    const { database, release } = await pool.lease(migrate);
    expect(await contentOf(database)).toEqual(asMigrated);
    expect(await isMarked(database)).toBe(use > 0);
    if (use === 0) await mark(database);
    await sql`truncate child`.execute(database);
    await sql`insert into parent (name) values ('of a test')`.execute(database);
    await sql`delete from parent where id = 1`.execute(database);
    await release();
  }
});

test.each([
  "alter table child add column more text",
  "drop table child",
  "create table another (id int)",
  "create function one() returns int language sql as 'select 1'",
  "alter table child disable trigger all",
  "alter table parent add constraint named check (name <> '')",
  "create schema another",
])("after %j the next database is a new one", async (change) => {
  const pool = createDatabasePool({ liveMax: 1, idleMax: 1 });
  const first = await pool.lease(migrate);
  await mark(first.database);
  await sql([change] as unknown as TemplateStringsArray).execute(first.database);
  await first.release();
  const second = await pool.lease(migrate);
  expect(await isMarked(second.database)).toBe(false);
  await second.release();
});

test("no more live at once than may, and each that is given back makes room", async () => {
  const pool = createDatabasePool({ liveMax: 1, idleMax: 1 });
  const lease = await pool.lease(undefined);
  await expect(pool.lease(undefined)).rejects.toMatchObject({ code: "too_many_test_auths" });
  await lease.release();
  const next = await pool.lease(migrate);
  await next.release();
});
