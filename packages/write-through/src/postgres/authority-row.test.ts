import { PGlite } from "@electric-sql/pglite";
import { createTestDatabase, type TestDatabase } from "@portcullis/test-servers";
import { Kysely, PGliteDialect } from "kysely";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openDatabase } from "../../test/row-cache.ts";
import type { Authority } from "../protocol/belief.ts";
import { adoptStore, bypassStore, holdEpoch, readRenewal, settleEpoch } from "./authority-row.ts";
import { migrateWriteThrough } from "./migrations.ts";
import { evictNodes, joinNodes, listNodes, removeEvicted, removeNodes } from "./node-list.ts";
import { asWriteThrough, type WriteThroughTables } from "./tables.ts";

let postgres: TestDatabase;
let database: Kysely<WriteThroughTables>;

beforeEach(async () => {
  postgres = await createTestDatabase();
  database = asWriteThrough(openDatabase(postgres.url));
  await migrateWriteThrough(database);
});

afterEach(async () => {
  await database.destroy();
  await postgres.drop();
});

/** As a promoted replica would find it. */
async function failOver(): Promise<void> {
  await database.updateTable("portcullis.authority").set({ timeline: "00000000" }).execute();
}

async function readAuthority(): Promise<Authority> {
  return (await readRenewal(database, undefined)).authority;
}

const initial = { epoch: 1n, nonce: null };
const longestWaitMs = 5000;

it("the first adoption is settled at once, since nobody can have a cache in use", async () => {
  expect(await adoptStore(database, initial, { replid: "r", nonce: "n" }, longestWaitMs)).toBe(
    true,
  );
  expect(await readAuthority()).toEqual({
    epoch: 2n,
    replid: "r",
    nonce: "n",
    settled: true,
    onTimeline: true,
  });
});

it("of two adoptions out of one epoch the second changes nothing", async () => {
  expect(await adoptStore(database, initial, { replid: "r", nonce: "n" }, longestWaitMs)).toBe(
    true,
  );
  expect(await adoptStore(database, initial, { replid: "s", nonce: "m" }, longestWaitMs)).toBe(
    false,
  );
  expect(await readAuthority()).toMatchObject({ epoch: 2n, nonce: "n" });
});

it("an epoch is settled by those alone who know it by its nonce, not by its number", async () => {
  await adoptStore(database, initial, { replid: "r", nonce: "n" }, longestWaitMs);
  await adoptStore(database, { epoch: 2n, nonce: "n" }, { replid: "r", nonce: "m" }, longestWaitMs);
  await settleEpoch(database, { epoch: 3n, nonce: "n" }, longestWaitMs);
  expect(await readAuthority()).toMatchObject({ epoch: 3n, settled: false });
  await settleEpoch(database, { epoch: 3n, nonce: "m" }, longestWaitMs);
  expect(await readAuthority()).toMatchObject({ epoch: 3n, settled: true });
});

it("an adoption out of a bypass that is settled is settled, out of another it is not", async () => {
  await bypassStore(database, initial, "a", longestWaitMs);
  await settleEpoch(database, { epoch: 2n, nonce: "a" }, longestWaitMs);
  await adoptStore(database, { epoch: 2n, nonce: "a" }, { replid: "r", nonce: "n" }, longestWaitMs);
  expect(await readAuthority()).toMatchObject({ epoch: 3n, nonce: "n", settled: true });
  await bypassStore(database, { epoch: 3n, nonce: "n" }, "b", longestWaitMs);
  await adoptStore(database, { epoch: 4n, nonce: "b" }, { replid: "r", nonce: "m" }, longestWaitMs);
  expect(await readAuthority()).toMatchObject({ epoch: 5n, nonce: "m", settled: false });
});

it("a bypass has a name but no store, and is not settled", async () => {
  await adoptStore(database, initial, { replid: "r", nonce: "n" }, longestWaitMs);
  expect(await bypassStore(database, initial, "b", longestWaitMs)).toBe(false);
  expect(await bypassStore(database, { epoch: 2n, nonce: "n" }, "b", longestWaitMs)).toBe(true);
  expect(await readAuthority()).toEqual({
    epoch: 3n,
    replid: null,
    nonce: "b",
    settled: false,
    onTimeline: true,
  });
});

it("after a failover nothing is held, settled or taken for settled, also in bypass", async () => {
  await failOver();
  const held = await database.transaction().execute((own) => holdEpoch(own, initial));
  expect(held).toBeUndefined();
  expect(await readAuthority()).toMatchObject({ settled: true, onTimeline: false });
  await adoptStore(database, initial, { replid: "r", nonce: "n" }, longestWaitMs);
  expect(await readAuthority()).toMatchObject({ epoch: 2n, settled: false, onTimeline: true });
  await failOver();
  await settleEpoch(database, { epoch: 2n, nonce: "n" }, longestWaitMs);
  expect(await readAuthority()).toMatchObject({ settled: false, onTimeline: false });
});

it("who holds the epoch gets the list; who is evicted or gone is not listed in a renewal", async () => {
  await joinNodes(database, "a", [], 1000);
  await joinNodes(database, "b", [], 1000);
  const evicted = { id: "b", eviction: "mark" };
  expect(await evictNodes(database, ["b", "nobody"], "mark")).toEqual([evicted]);
  expect(await evictNodes(database, ["b"], "later")).toEqual([evicted]);
  const held = await database.transaction().execute((own) => holdEpoch(own, initial));
  expect(held).toHaveLength(2);
  expect(held).toEqual(expect.arrayContaining([{ id: "a", eviction: null }, evicted]));
  expect(await readRenewal(database, "a")).toMatchObject({ isListed: true });
  expect(await readRenewal(database, "b")).toMatchObject({ isListed: false });
  expect(await readRenewal(database, "nobody")).toMatchObject({ isListed: false });
  expect(await readRenewal(database, undefined)).toMatchObject({ isListed: false });
  await removeEvicted(database, ["later"]);
  expect(await listNodes(database)).toHaveLength(2);
  await removeEvicted(database, ["mark"]);
  expect(await listNodes(database)).toEqual([{ id: "a", eviction: null }]);
  await joinNodes(database, "c", ["a"], 1000);
  expect(await listNodes(database)).toEqual([{ id: "c", eviction: null }]);
  await removeNodes(database, ["c"]);
  expect(await listNodes(database)).toEqual([]);
});

it("epochs begin and are settled in PGlite as well", async () => {
  const pglite = new PGliteDialect({ pglite: await PGlite.create() });
  const embedded = new Kysely<WriteThroughTables>({ dialect: pglite });
  await migrateWriteThrough(embedded);
  expect(await adoptStore(embedded, initial, { replid: "r", nonce: "n" }, longestWaitMs)).toBe(
    true,
  );
  expect(await bypassStore(embedded, initial, "b", longestWaitMs)).toBe(false);
  const adopted = { epoch: 2n, nonce: "n" };
  expect(await bypassStore(embedded, adopted, "b", longestWaitMs)).toBe(true);
  const begun = { epoch: 3n, nonce: "b" };
  const { authority: unsettled } = await readRenewal(embedded, undefined);
  expect(unsettled).toMatchObject({ ...begun, replid: null, settled: false, onTimeline: true });
  await settleEpoch(embedded, begun, longestWaitMs);
  const { authority: settled } = await readRenewal(embedded, undefined);
  expect(settled).toMatchObject({ ...begun, settled: true });
  const held = await embedded.transaction().execute((own) => holdEpoch(own, begun));
  expect(held).toEqual([]);
  await embedded.destroy();
});
