import { setTimeout as sleep } from "node:timers/promises";
import { createTestDatabase, startRedis, type TestDatabase } from "@portcullis/test-servers";
import { sql, type Kysely } from "kysely";
import { afterEach, beforeEach, expect, it, onTestFinished } from "vitest";
import { DeadlineError } from "../src/index.ts";
import { createPostgresPrimary } from "../src/postgres/postgres-primary.ts";
import type { ListedNode, Primary, WriteTransaction } from "../src/primary.ts";
import type { EpochName } from "../src/protocol/belief.ts";
import { startCacheProcess } from "./cache-process.ts";
import { openDatabase, prepareDatabase, type TestTables } from "./row-cache.ts";

type Database = Kysely<TestTables>;

interface Held {
  readonly transaction: WriteTransaction<Database>;
  readonly pid: number;
  /** Undefined when the epoch is another. */
  readonly nodes: Promise<readonly ListedNode[] | undefined>;
}

let postgres: TestDatabase;
let watcher: Database;
const begun: WriteTransaction<Database>[] = [];

beforeEach(async () => {
  postgres = await createTestDatabase({ template: "write_through", migrate: prepareDatabase });
  watcher = openDatabase(postgres.url);
});

afterEach(async () => {
  // Those of a test that failed would hold up what waits for them.
  await Promise.allSettled(begun.splice(0).map((transaction) => transaction.rollback()));
  await watcher.destroy();
  await postgres.drop();
});

function openPrimary(timeoutMs = 10_000): Primary<Database> {
  const database = openDatabase(postgres.url);
  onTestFinished(() => database.destroy());
  return createPostgresPrimary({ database, timeoutMs, workTimeoutMs: 10_000, leaseMs: 1000 });
}

/** The sessions that wait for a lock. */
async function waiting(): Promise<number[]> {
  const { rows } = await sql<{ pid: number }>`select pid from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`.execute(watcher);
  return rows.map(({ pid }) => pid);
}

async function untilOneWaits(): Promise<void> {
  while ((await waiting()).length === 0) await sleep(5);
}

async function untilToldOrWaiting({ nodes, pid }: Held): Promise<void> {
  const told = nodes.then(() => true);
  const notYet = (): Promise<boolean> => sleep(5, false);
  while (!(await Promise.race([told, notYet()])) && !(await waiting()).includes(pid));
}

let fences = 0;

/** Begins a write that asks to hold the epoch. */
async function hold(primary: Primary<Database>, epoch: EpochName): Promise<Held> {
  fences += 1;
  const transaction = await primary.begin(`${fences}`, []);
  begun.push(transaction);
  const { rows } = await transaction.run((handle) =>
    sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(handle),
  );
  const nodes = transaction.holdEpoch(epoch);
  // Awaited later, or never.
  nodes.catch(() => undefined);
  return { transaction, pid: rows[0]?.pid ?? 0, nodes };
}

const initial = { epoch: 1n, nonce: null };

it("an epoch begins when those have ended who held the one before, though others have come", async () => {
  const primary = openPrimary();
  const first = await hold(primary, initial);
  expect(await first.nodes).toEqual([]);
  const bypassing = primary.bypassStore(initial, "b");
  await untilOneWaits();
  const second = await hold(primary, initial);
  await untilToldOrWaiting(second);
  await first.transaction.rollback();
  expect(await bypassing).toBe(true);
  expect(await second.nodes).toBeUndefined();
  await second.transaction.rollback();
});

it("a process without Redis gets to write among writers who overlap without a gap", async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const { cache } = await startCacheProcess({ postgresUrl: postgres.url, redisUrl: redis.url });
  const cut = await startCacheProcess({
    postgresUrl: postgres.url,
    redisUrl: "redis://127.0.0.1:1",
    databaseTimeoutMs: 1000,
  });
  expect(cache.status().kind).toBe("cached");
  const primary = openPrimary();
  const { authority } = await primary.renew(undefined);

  let isOver = false;
  const writing = cut.rename("p1", "v2").finally(() => {
    isOver = true;
  });
  writing.catch(() => undefined);
  let current = await hold(primary, authority);
  // Each ends once the next one holds the epoch too, or waits behind the one who would begin another.
  while (!isOver && (await current.nodes) !== undefined) {
    const next = await hold(primary, authority);
    await untilToldOrWaiting(next);
    await current.transaction.rollback();
    current = next;
  }
  await current.transaction.rollback();
  await writing;
  expect(await cut.posts.read("p1")).toMatchObject({ title: "v2" });
});

it("who gave up beginning an epoch holds no connection, and nobody up", async () => {
  const primary = openPrimary();
  const holder = await hold(primary, initial);
  await holder.nodes;
  const hasty = openPrimary(200);
  await expect(hasty.bypassStore(initial, "b")).rejects.toBeInstanceOf(DeadlineError);
  await expect(hasty.adoptStore(initial, { replid: "r", nonce: "n" })).rejects.toBeInstanceOf(
    DeadlineError,
  );
  await expect.poll(waiting).toEqual([]);
  const another = await hold(hasty, initial);
  expect(await another.nodes).toEqual([]);
  await another.transaction.rollback();
  await holder.transaction.rollback();
  expect((await hasty.renew(undefined)).authority).toMatchObject(initial);
  expect(await hasty.bypassStore(initial, "c")).toBe(true);
});

it("an epoch is settled while writers hold it", async () => {
  const primary = openPrimary();
  await primary.bypassStore(initial, "b");
  const bypass = { epoch: 2n, nonce: "b" };
  const holder = await hold(primary, bypass);
  await holder.nodes;
  await primary.settleEpoch(bypass);
  expect((await primary.renew(undefined)).authority).toMatchObject({ ...bypass, settled: true });
  // It held the row as it was before.
  const bypassing = primary.bypassStore(bypass, "c");
  await untilOneWaits();
  await holder.transaction.rollback();
  expect(await bypassing).toBe(true);
});

it("writers keep an epoch from being replaced by who takes no lock but the row's", async () => {
  const primary = openPrimary();
  const holder = await hold(primary, initial);
  await holder.nodes;
  const replacing = sql`update portcullis.authority set epoch = epoch + 1`.execute(watcher);
  await untilOneWaits();
  await holder.transaction.rollback();
  await replacing;
  expect((await primary.renew(undefined)).authority.epoch).toBe(2n);
});

it("who gave up settling during maintenance by hand waits no more", async () => {
  const primary = openPrimary(200);
  await primary.bypassStore(initial, "b");
  await watcher.transaction().execute(async (maintenance) => {
    await sql`select portcullis.flush_caches()`.execute(maintenance);
    const settling = primary.settleEpoch({ epoch: 2n, nonce: "b" });
    await expect(settling).rejects.toBeInstanceOf(DeadlineError);
    await expect.poll(waiting).toEqual([]);
  });
  expect((await primary.renew(undefined)).authority).toMatchObject({ epoch: 3n, settled: false });
});

it("a flush comes before the writers who come after it", async () => {
  const primary = openPrimary();
  const first = await hold(primary, initial);
  await first.nodes;
  const flushing = sql`select portcullis.flush_caches()`.execute(watcher);
  await untilOneWaits();
  const second = await hold(primary, initial);
  await untilToldOrWaiting(second);
  await first.transaction.rollback();
  expect(await second.nodes).toBeUndefined();
  await flushing;
  await second.transaction.rollback();
});
