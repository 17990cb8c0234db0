import { randomUUID } from "node:crypto";
import { createTestDatabase } from "@portcullis/test-servers";
import { migrateWriteThrough } from "@portcullis/write-through";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { openDatabase } from "../../test/start-auth.ts";
import { migrateAuth, readAuthMigrations, undoAuthMigration } from "./migrate.ts";

test("tells what is applied, undoes it one by one, and does it again", async () => {
  await using own = await createTestDatabase();
  const database = openDatabase(own.url);
  try {
    const fresh = await readAuthMigrations(database);
    expect(fresh.unknown).toEqual([]);
    expect(fresh.migrations.length).toBeGreaterThan(0);
    expect(fresh.migrations.every(({ appliedAt }) => appliedAt === null)).toBe(true);
    const { rows } = await sql`select from pg_namespace where nspname = 'portcullis'`.execute(
      database,
    );
    expect(rows).toEqual([]);

    await migrateWriteThrough(database);
    await migrateAuth(database);
    const { migrations } = await readAuthMigrations(database);
    expect(migrations.every(({ appliedAt }) => appliedAt !== null)).toBe(true);

    for (const { name } of migrations.toReversed()) {
      expect(await undoAuthMigration(database)).toEqual({ kind: "undone", name });
    }
    expect(await undoAuthMigration(database)).toEqual({ kind: "nothing_applied" });
    expect(await readAuthMigrations(database)).toEqual(fresh);

    await migrateAuth(database);
    const again = await readAuthMigrations(database);
    expect(again.migrations.every(({ appliedAt }) => appliedAt !== null)).toBe(true);
  } finally {
    await database.destroy();
  }
});

test.each([1, 2, 3, 4])("does again what was undone, the %i newest", async (depth) => {
  await using own = await createTestDatabase();
  const database = openDatabase(own.url);
  try {
    await migrateWriteThrough(database);
    await migrateAuth(database);
    for (let undone = 0; undone < depth; undone += 1) await undoAuthMigration(database);
    await migrateAuth(database);
    const { migrations } = await readAuthMigrations(database);
    expect(migrations.every(({ appliedAt }) => appliedAt !== null)).toBe(true);
  } finally {
    await database.destroy();
  }
});

test("undoes what has sessions of users who are gone", async () => {
  await using own = await createTestDatabase();
  const database = openDatabase(own.url);
  try {
    await migrateWriteThrough(database);
    await migrateAuth(database);
    const now = new Date();
    await database
      .insertInto("portcullis.session")
      .values({
        id: randomUUID(),
        user_id: randomUUID(),
        token_version: 1,
        token_epoch: 1,
        created_at: now,
        last_used_at: now,
        authenticated_at: now,
        expires_at: now,
      })
      .execute();
    const { migrations } = await readAuthMigrations(database);
    for (const { name } of migrations.toReversed()) {
      expect(await undoAuthMigration(database)).toEqual({ kind: "undone", name });
    }
  } finally {
    await database.destroy();
  }
});

test("names what a newer release has applied", async () => {
  await using own = await createTestDatabase();
  const database = openDatabase(own.url);
  try {
    await migrateWriteThrough(database);
    await migrateAuth(database);
    await sql`
      insert into portcullis.auth_migration (name, timestamp)
      values ('9999-of-the-future', ${new Date().toISOString()})`.execute(database);
    expect((await readAuthMigrations(database)).unknown).toEqual(["9999-of-the-future"]);
    await expect(migrateAuth(database)).rejects.toThrow("could not be migrated");
  } finally {
    await database.destroy();
  }
});
