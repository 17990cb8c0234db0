import { PGlite } from "@electric-sql/pglite";
import { createTestDatabase } from "@portcullis/test-servers";
import { CamelCasePlugin, Kysely, PGliteDialect, sql, type Transaction } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "../../test/row-cache.ts";
import { createWriteThroughCache } from "../cache.ts";
import { InvalidOptionsError } from "../errors.ts";
import { createMemoryStore } from "../memory/memory-store.ts";
import {
  guardCachedTable,
  guardMigration,
  isUndeclaredWrite,
  unguardCachedTable,
  type GuardOptions,
} from "./guard.ts";
import { migrateWriteThrough } from "./migrations.ts";

interface Tables {
  post: { id: string; title: string; views: number; note: string | null };
}

type Database = Kysely<Tables>;

interface Home {
  readonly database: Database;
  close(): Promise<void>;
}

async function openPostgres(): Promise<Home> {
  const server = await createTestDatabase();
  const database = openDatabase(server.url) as unknown as Database;
  return {
    database,
    async close() {
      await database.destroy();
      await server.drop();
    },
  };
}

async function openPGlite(): Promise<Home> {
  const pglite = await PGlite.create();
  const database = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite }) });
  return { database, close: () => database.destroy() };
}

interface AuthorityRow {
  readonly epoch: string;
  readonly replid: string | null;
  readonly nonce: string | null;
  readonly settled: boolean;
  readonly onTimeline: boolean;
}

async function authorityRow(database: Database): Promise<AuthorityRow | undefined> {
  const { rows } = await sql<AuthorityRow>`select epoch::text, replid, nonce, settled,
    timeline = left(pg_walfile_name(pg_current_wal_lsn()), 8) as "onTimeline"
    from portcullis.authority`.execute(database);
  return rows[0];
}

const epochOf = async (database: Database): Promise<bigint> =>
  BigInt((await authorityRow(database))?.epoch ?? 0);

/** What the authority looks like after a flush. */
const flushedAt = (epoch: bigint): unknown => ({
  epoch: `${epoch}`,
  replid: null,
  nonce: expect.stringMatching(/^[0-9a-f-]{36}$/),
  settled: false,
  onTimeline: true,
});

async function resetPosts(database: Database): Promise<void> {
  await sql`drop table if exists post`.execute(database);
  await sql`create table post (id text primary key, title text, views integer, note json)`.execute(
    database,
  );
  await sql`insert into post values ('p1', 'v1', 0, '{}'), ('p2', 'v1', 0, null)`.execute(database);
}

/** Two posts, and a trusted store, adopted on a timeline of before. */
async function resetTables(database: Database): Promise<void> {
  await resetPosts(database);
  await sql`update portcullis.authority
    set replid = 'r', nonce = 'n', settled = true, timeline = 'another'`.execute(database);
}

const guard = (database: Database, options: Partial<GuardOptions> = {}): Promise<void> =>
  guardCachedTable(database, { table: "post", name: "post", idColumn: "id", ...options });

/** A transaction as the cache begins it: with its keys declared. */
const declaring = <T>(
  database: Database,
  keys: readonly string[],
  work: (transaction: Transaction<Tables>) => Promise<T>,
): Promise<T> =>
  database.transaction().execute(async (transaction) => {
    const declared = JSON.stringify(keys);
    await sql`select set_config('portcullis.write_keys', ${declared}, true)`.execute(transaction);
    return await work(transaction);
  });

const outOfBand = <T>(
  database: Database,
  work: (transaction: Transaction<Tables>) => Promise<T>,
): Promise<T> =>
  database.transaction().execute(async (transaction) => {
    await sql`set local portcullis.out_of_band = 'flush'`.execute(transaction);
    return await work(transaction);
  });

const rename = (handle: Database, id: string, title = "v2"): Promise<unknown> =>
  handle.updateTable("post").set({ title }).where("id", "=", id).execute();

const titleOf = async (database: Database, id: string): Promise<string | undefined> =>
  (await database.selectFrom("post").select("title").where("id", "=", id).executeTakeFirst())
    ?.title;

/** What the guard said to a write; undefined when it was allowed. */
async function refusalOf(write: Promise<unknown>): Promise<unknown> {
  try {
    await write;
    return undefined;
  } catch (error) {
    if (isUndeclaredWrite(error)) return error;
    throw error;
  }
}

/** A refusal that names this key, and no other. */
const naming = (key: string): unknown =>
  expect.objectContaining({ message: expect.stringMatching(new RegExp(`: ${key}$`)) as string });

const homes = [
  ["Postgres", openPostgres],
  ["PGlite", openPGlite],
] as const;

describe.each(homes)("on %s", (_name, open) => {
  let home: Home;
  let database: Database;

  beforeAll(async () => {
    home = await open();
    database = home.database;
    await migrateWriteThrough(database);
    await guardMigration.up(database);
  });
  beforeEach(() => resetTables(database));
  afterAll(() => home.close());

  describe("a guarded table", () => {
    beforeEach(() => guard(database));

    it("refuses SQL from outside of the cache, and says what to do instead", async () => {
      const before = await epochOf(database);
      expect(await refusalOf(rename(database, "p1"))).toMatchObject({
        code: "PC001",
        message: "UPDATE of public.post was not declared to the cache: post:p1",
        hint: expect.stringMatching(
          /cache\.write.* set portcullis\.out_of_band = 'flush'/,
        ) as string,
      });
      expect(await titleOf(database, "p1")).toBe("v1");
      expect(await epochOf(database)).toBe(before);
    });

    it("refuses inserts, deletes and TRUNCATE as well", async () => {
      expect(
        await refusalOf(sql`insert into post values ('p3', 'v1')`.execute(database)),
      ).toBeDefined();
      expect(
        await refusalOf(database.deleteFrom("post").where("id", "=", "p1").execute()),
      ).toBeDefined();
      expect(await refusalOf(sql`truncate post`.execute(database))).toBeDefined();
      expect(await titleOf(database, "p1")).toBe("v1");
      expect(await titleOf(database, "p3")).toBeUndefined();
    });

    it("lets a write change the rows it declared", async () => {
      await declaring(database, ["user:u1", "post:p1", "post:p2", "post:p3"], async (handle) => {
        await rename(handle, "p1");
        await handle.deleteFrom("post").where("id", "=", "p2").execute();
        await sql`insert into post values ('p3', 'v1')`.execute(handle);
      });
      const ids = await database.selectFrom("post").select("id").orderBy("id").execute();
      expect(ids).toEqual([{ id: "p1" }, { id: "p3" }]);
      expect(await titleOf(database, "p1")).toBe("v2");
    });

    it("refuses a row that the write did not declare, and asks for its key alone", async () => {
      const refusal = await refusalOf(
        declaring(database, ["post:p1", "user:p2"], async (handle) => {
          await rename(handle, "p1");
          await rename(handle, "p2");
        }),
      );
      expect(refusal).toEqual(naming("post:p2"));
      expect(refusal).toMatchObject({ hint: expect.not.stringContaining("out_of_band") as string });
      expect(await titleOf(database, "p1")).toBe("v1");
    });

    it("refuses TRUNCATE in a write, which cannot declare every row", async () => {
      const truncating = declaring(database, ["post:p1", "post:p2"], (handle) =>
        sql`truncate post`.execute(handle),
      );
      expect(await refusalOf(truncating)).toEqual(naming("post:\\*"));
    });

    it("asks for the old id and the new one when a row changes its id", async () => {
      const move = (handle: Database) =>
        handle.updateTable("post").set({ id: "p9" }).where("id", "=", "p1").execute();
      expect(await refusalOf(declaring(database, ["post:p1"], move))).toEqual(naming("post:p9"));
      expect(await refusalOf(declaring(database, ["post:p9"], move))).toEqual(naming("post:p1"));
      await declaring(database, ["post:p1", "post:p9"], move);
      expect(await titleOf(database, "p9")).toBe("v1");
    });

    it("takes no declaration over into the next transaction of its session", async () => {
      await database.connection().execute(async (session) => {
        await declaring(session, ["post:p1"], (handle) => rename(handle, "p1"));
        expect(await refusalOf(rename(session, "p1", "v3"))).toBeDefined();
      });
    });

    it("allows an update that changes nothing", async () => {
      await rename(database, "p1", "v1");
      await sql`insert into post values ('p1', 'other') on conflict (id) do update
        set title = post.title`.execute(database);
      expect(await titleOf(database, "p1")).toBe("v1");
    });

    it("sees a change of a column whose type has no equality", async () => {
      expect(
        await refusalOf(sql`update post set note = '{"a":1}' where id = 'p1'`.execute(database)),
      ).toBeDefined();
      await sql`update post set note = '{}' where id = 'p1'`.execute(database);
    });
  });

  it("leaves columns alone that the cached value is not made of", async () => {
    await guard(database, { columns: ["title"] });
    await database.updateTable("post").set({ views: 7 }).execute();
    expect(await refusalOf(rename(database, "p1"))).toBeDefined();
    expect(
      await refusalOf(
        database.updateTable("post").set({ id: "p9" }).where("id", "=", "p1").execute(),
      ),
    ).toBeDefined();
  });

  it("sees what a trigger made of a row, whenever it runs", async () => {
    await guard(database, { columns: ["title"] });
    await sql`create or replace function count_up() returns trigger language plpgsql as
      $$begin new.title := 'by trigger'; return new; end$$`.execute(database);
    await sql`create trigger zz_last before update on post for each row
      execute function count_up()`.execute(database);
    expect(await refusalOf(database.updateTable("post").set({ views: 7 }).execute())).toBeDefined();
  });

  it("tells apart what a type calls equal but a reader does not", async () => {
    await sql`alter table post add column price numeric default 1.0`.execute(database);
    await guard(database, { columns: ["price"] });
    expect(await refusalOf(sql`update post set price = 1.00`.execute(database))).toBeDefined();
  });

  it("can leave inserts to those who make fresh ids", async () => {
    await guard(database, { inserts: "allowed" });
    await sql`insert into post values ('p3', 'v1')`.execute(database);
    expect(await refusalOf(rename(database, "p3"))).toBeDefined();
    const upsert = sql`insert into post values ('p1', 'v2')
      on conflict (id) do update set title = excluded.title`;
    expect(await refusalOf(upsert.execute(database))).toBeDefined();
  });

  it("guards the rows of one table for several cached tables", async () => {
    await sql`create table profile (id text primary key, post_id text)`.execute(database);
    await sql`insert into profile values ('x', 'p1'), ('y', null)`.execute(database);
    await guard(database, { table: "public.profile", idColumn: "post_id" });
    await guard(database, { table: "public.profile", name: "profile" });
    const leave = (handle: Database) =>
      sql`update profile set post_id = null where id = 'x'`.execute(handle);
    expect(await refusalOf(declaring(database, ["profile:x"], leave))).toEqual(naming("post:p1"));
    expect(await refusalOf(declaring(database, ["post:p1"], leave))).toEqual(naming("profile:x"));
    await declaring(database, ["post:p1", "profile:x"], leave);
    await sql`drop table profile`.execute(database);
  });

  it("may be set up again, with other options", async () => {
    await guard(database);
    await guard(database);
    await database
      .transaction()
      .execute((handle) => guard(handle, { columns: ["title"], inserts: "allowed" }));
    await sql`insert into post values ('p3', 'v1')`.execute(database);
    await database.updateTable("post").set({ views: 7 }).execute();
    await guard(database);
    expect(
      await refusalOf(sql`insert into post values ('p4', 'v1')`.execute(database)),
    ).toBeDefined();
  });

  it("may be taken away, and leaves the guard of another cached table", async () => {
    await guard(database);
    await guard(database, { table: "public.post", name: "draft" });
    await unguardCachedTable(database, { table: "public.post", name: "post" });
    const change = (handle: Database) => sql`update post set title = 'v9'`.execute(handle);
    expect(await refusalOf(change(database))).toEqual(naming("draft:p1"));
    await unguardCachedTable(database, { table: "public.post", name: "draft" });
    await change(database);
  });

  it("stays as it was when it cannot be set up", async () => {
    await guard(database);
    const failing = guard(database, { columns: ["nothing"], inserts: "allowed" });
    await expect(failing).rejects.toMatchObject({ code: "42703" });
    expect(
      await refusalOf(sql`insert into post values ('p3', 'v1')`.execute(database)),
    ).toBeDefined();
  });

  it("takes names as Postgres has them, whatever they are", async () => {
    const table = "Order";
    await sql`create table "Order" ("orderId" uuid primary key, "user" text)`.execute(database);
    const id = "00000000-0000-4000-8000-00000000000a";
    await sql`insert into "Order" values (${id}, 'a')`.execute(database);
    const renaming = database.withPlugin(new CamelCasePlugin());
    await guard(renaming, { table, name: "order", idColumn: "orderId", columns: ["user"] });
    const write = sql`update "Order" set "user" = 'b'`;
    expect(await refusalOf(write.execute(database))).toEqual(naming(`order:${id}`));
    await declaring(database, [`order:${id}`], (handle) => write.execute(handle));
    await sql`drop table "Order"`.execute(database);
  });

  it.each<[string, Partial<GuardOptions>]>([
    ["table", { table: "post; drop table post" }],
    ["table", { table: "a.b.c" }],
    ["table", { table: "a".repeat(64) }],
    ["name", { name: "Post" }],
    ["name", { name: "a".repeat(41) }],
    ["idColumn", { idColumn: 'id"' }],
    ["columns", { columns: [] }],
    ["columns", { columns: ["title", "o'clock"] }],
    ["inserts", { inserts: "ignored" as "allowed" }],
  ])("refuses an option that is not a name it takes: %s %j", async (_option, options) => {
    await expect(guard(database, options)).rejects.toThrow(InvalidOptionsError);
  });

  describe("with portcullis.out_of_band = 'flush'", () => {
    beforeEach(() => guard(database));

    it("changes any row, and takes the trust from every cache", async () => {
      const before = await epochOf(database);
      await outOfBand(database, async (handle) => {
        await rename(handle, "p1");
        await handle.deleteFrom("post").where("id", "=", "p2").execute();
        await sql`insert into post values ('p3', 'v1')`.execute(handle);
      });
      expect(await titleOf(database, "p1")).toBe("v2");
      expect(await authorityRow(database)).toEqual(flushedAt(before + 1n));
    });

    it("flushes once in every transaction of the session", async () => {
      const before = await epochOf(database);
      await database.connection().execute(async (session) => {
        await sql`set portcullis.out_of_band = 'flush'`.execute(session);
        await rename(session, "p1");
        await sql`truncate post`.execute(session);
        await sql`reset portcullis.out_of_band`.execute(session);
        expect(
          await refusalOf(sql`insert into post values ('p1', 'v1')`.execute(session)),
        ).toBeDefined();
      });
      expect(await epochOf(database)).toBe(before + 2n);
    });

    it("flushes before an insert, since ids of old may come back", async () => {
      await guard(database, { inserts: "allowed" });
      const before = await epochOf(database);
      await outOfBand(database, (handle) => sql`insert into post values ('p3')`.execute(handle));
      expect(await epochOf(database)).toBe(before + 1n);
    });

    it("flushes again after a savepoint took the flush back", async () => {
      const before = await epochOf(database);
      await outOfBand(database, async (handle) => {
        await sql`savepoint a`.execute(handle);
        await rename(handle, "p1");
        await sql`rollback to savepoint a`.execute(handle);
        await rename(handle, "p2");
      });
      expect(await titleOf(database, "p1")).toBe("v1");
      expect(await titleOf(database, "p2")).toBe("v2");
      expect(await epochOf(database)).toBe(before + 1n);
    });

    it("flushes once when the savepoint of the flush is kept", async () => {
      const before = await epochOf(database);
      await outOfBand(database, async (handle) => {
        await sql`savepoint a`.execute(handle);
        await rename(handle, "p1");
        await sql`release savepoint a`.execute(handle);
        await rename(handle, "p2");
      });
      expect(await epochOf(database)).toBe(before + 1n);
    });

    it("changes nothing when it is rolled back", async () => {
      const before = await authorityRow(database);
      const failing = outOfBand(database, async (handle) => {
        await rename(handle, "p1");
        throw new Error("changed my mind");
      });
      await expect(failing).rejects.toThrow("changed my mind");
      expect(await titleOf(database, "p1")).toBe("v1");
      expect(await authorityRow(database)).toEqual(before);
    });

    it("does not let a claimed flush stand for a real one", async () => {
      const claiming = database.transaction().execute(async (handle) => {
        await sql`set local portcullis.flushed_in = 'yes'`.execute(handle);
        await rename(handle, "p1");
      });
      expect(await refusalOf(claiming)).toBeDefined();
    });

    it("is no way around the keys of a write through the cache", async () => {
      const before = await epochOf(database);
      await database.connection().execute(async (session) => {
        await sql`set portcullis.out_of_band = 'flush'`.execute(session);
        await declaring(session, ["post:p1"], (handle) => rename(handle, "p1"));
        expect(
          await refusalOf(declaring(session, ["post:p1"], (handle) => rename(handle, "p2"))),
        ).toBeDefined();
        await sql`reset portcullis.out_of_band`.execute(session);
      });
      expect(await epochOf(database)).toBe(before);
    });

    it("has a function for what no trigger sees", async () => {
      const before = await epochOf(database);
      await sql`select portcullis.flush_caches()`.execute(database);
      expect(await authorityRow(database)).toEqual(flushedAt(before + 1n));
    });
  });
});

it("says what has to come before it", async () => {
  const home = await openPostgres();
  await resetPosts(home.database);
  await expect(guard(home.database)).rejects.toThrow("Run migrateWriteThrough before");
  await home.close();
});

describe("among concurrent transactions", () => {
  let home: Home;
  let database: Database;

  beforeAll(async () => {
    home = await openPostgres();
    database = home.database;
    await migrateWriteThrough(database);
    await guardMigration.up(database);
  });
  beforeEach(async () => {
    await resetTables(database);
    await guard(database);
  });
  afterAll(() => home.close());

  const pidOf = async (handle: Database): Promise<number> => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(handle);
    return rows[0]?.pid ?? 0;
  };

  /** Waits until a session waits for this one; the test's own deadline bounds it. */
  const untilItBlocks = (pid: number): Promise<void> =>
    expect
      .poll(
        async () =>
          (
            await sql`select from pg_stat_activity where ${pid} = any(pg_blocking_pids(pid))`.execute(
              database,
            )
          ).rows.length,
      )
      .toBe(1);

  const hold = (handle: Transaction<Tables>, epoch: bigint): Promise<boolean> =>
    sql`select from portcullis.authority where epoch = ${epoch} for key share`
      .execute(handle)
      .then(({ rows }) => rows.length === 1);

  it("a flush waits for writers who hold the epoch, with no row of its own locked", async () => {
    const epoch = await epochOf(database);
    let flush: Promise<unknown> = Promise.resolve();
    await declaring(database, ["post:p1"], async (handle) => {
      expect(await hold(handle, epoch)).toBe(true);
      flush = outOfBand(database, (other) => rename(other, "p1", "by hand"));
      await untilItBlocks(await pidOf(handle));
      // Had the other locked the row first, this would be a deadlock.
      await rename(handle, "p1", "by the cache");
      expect(await epochOf(database)).toBe(epoch);
    });
    await flush;
    expect(await titleOf(database, "p1")).toBe("by hand");
    expect(await epochOf(database)).toBe(epoch + 1n);
  });

  it("a writer who comes during a flush waits for it, and finds another epoch", async () => {
    const epoch = await epochOf(database);
    let held: Promise<boolean> = Promise.resolve(true);
    await outOfBand(database, async (handle) => {
      await rename(handle, "p1");
      held = declaring(database, ["post:p1"], (other) => hold(other, epoch));
      await untilItBlocks(await pidOf(handle));
    });
    expect(await held).toBe(false);
  });

  it("two flushes follow each other", async () => {
    const epoch = await epochOf(database);
    let second: Promise<unknown> = Promise.resolve();
    await outOfBand(database, async (handle) => {
      await rename(handle, "p1", "first");
      second = outOfBand(database, (other) => rename(other, "p1", "second"));
      await untilItBlocks(await pidOf(handle));
    });
    await second;
    expect(await titleOf(database, "p1")).toBe("second");
    expect(await epochOf(database)).toBe(epoch + 2n);
  });

  /** Works as a role that may write the table, and has what else is granted to it. */
  async function asClerk(
    handle: Transaction<Tables>,
    work: () => Promise<unknown>,
    mayFlush = false,
  ): Promise<void> {
    await sql`create role guard_test_clerk`.execute(handle);
    await sql`grant select, update on post to guard_test_clerk`.execute(handle);
    if (mayFlush) {
      await sql`grant usage on schema portcullis to guard_test_clerk`.execute(handle);
      await sql`grant select, update on portcullis.authority to guard_test_clerk`.execute(handle);
    }
    await sql`set local role guard_test_clerk`.execute(handle);
    await work();
    await sql`reset role`.execute(handle);
    await sql`drop owned by guard_test_clerk`.execute(handle);
    await sql`drop role guard_test_clerk`.execute(handle);
  }

  it("a role that may write the table alone can do so through the cache, and cannot flush", async () => {
    await declaring(database, ["post:p1"], (handle) => asClerk(handle, () => rename(handle, "p1")));
    expect(await titleOf(database, "p1")).toBe("v2");
    const undeclared = declaring(database, [], (handle) =>
      asClerk(handle, () => rename(handle, "p2")),
    );
    expect(await refusalOf(undeclared)).toEqual(naming("post:p2"));
    const flushing = outOfBand(database, (handle) => asClerk(handle, () => rename(handle, "p2")));
    await expect(flushing).rejects.toMatchObject({ code: "42501" });
    expect(await titleOf(database, "p2")).toBe("v1");
  });

  it("a role that may change the authority can flush", async () => {
    const epoch = await epochOf(database);
    await outOfBand(database, (handle) => asClerk(handle, () => rename(handle, "p1"), true));
    expect(await titleOf(database, "p1")).toBe("v2");
    expect(await epochOf(database)).toBe(epoch + 1n);
  });

  it("partitions are guarded too, and one by one cannot be changed without a flush", async () => {
    await sql`create table event (id text, day integer) partition by list (day)`.execute(database);
    await sql`create table event_1 partition of event for values in (1)`.execute(database);
    await guard(database, { table: "event", name: "event" });
    const insert = (handle: Database) => sql`insert into event values ('e1', 1)`.execute(handle);
    expect(await refusalOf(insert(database))).toBeDefined();
    await declaring(database, ["event:e1"], insert);
    const onPartition = (handle: Database) => sql`delete from event_1`.execute(handle);
    expect(await refusalOf(outOfBand(database, onPartition))).toBeDefined();
    await sql`drop table event`.execute(database);
  });
});

it("SQL by hand is seen by a cache within a lease, and the cache goes on", async () => {
  const { database, close } = await openPostgres();
  await migrateWriteThrough(database);
  await guardMigration.up(database);
  await resetPosts(database);
  await guard(database);
  const cache = createWriteThroughCache({ database, store: createMemoryStore(), leaseMs: 1000 });
  const titles = cache.table({
    name: "post",
    schema: { parse: String },
    load: titleOf,
  });
  await cache.start();
  try {
    expect(await titles.read("p1")).toBe("v1");
    await outOfBand(database, (handle) => rename(handle, "p1", "by hand"));
    await expect.poll(() => titles.read("p1"), { timeout: 10_000 }).toBe("by hand");
    await cache.write([titles.key("p1")], (handle) => rename(handle, "p1", "by the cache"));
    expect(await titles.read("p1")).toBe("by the cache");
    const undeclared = cache.write([titles.key("p1")], (handle) => rename(handle, "p2"));
    await expect(undeclared).rejects.toThrow("post:p2");
  } finally {
    await cache.stop();
    await close();
  }
});
