import { createTestDatabase, type TestDatabase } from "@portcullis/testing";
import type { Kysely } from "kysely";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openDatabase } from "../../test/row-cache.ts";
import { adoptStore, readAuthority, settleEpoch } from "./authority-row.ts";
import { migrateWriteThrough } from "./migrations.ts";
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

it("the first adoption is settled at once, since nobody can have a cache in use", async () => {
  expect(await adoptStore(database, 1n, { replid: "r", nonce: "n" })).toBe(true);
  expect(await readAuthority(database)).toEqual({
    epoch: 2n,
    replid: "r",
    nonce: "n",
    settled: true,
    onTimeline: true,
  });
});

it("of two adoptions out of one epoch the second changes nothing", async () => {
  expect(await adoptStore(database, 1n, { replid: "r", nonce: "n" })).toBe(true);
  expect(await adoptStore(database, 1n, { replid: "s", nonce: "m" })).toBe(false);
  expect(await readAuthority(database)).toMatchObject({ epoch: 2n, nonce: "n" });
});

it("an epoch is settled by those alone who know it by its nonce, not by its number", async () => {
  await adoptStore(database, 1n, { replid: "r", nonce: "n" });
  await adoptStore(database, 2n, { replid: "r", nonce: "m" });
  await settleEpoch(database, 3n, "n");
  expect(await readAuthority(database)).toMatchObject({ epoch: 3n, settled: false });
  await settleEpoch(database, 3n, "m");
  expect(await readAuthority(database)).toMatchObject({ epoch: 3n, settled: true });
});
