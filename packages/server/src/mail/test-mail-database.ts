import { createTestDatabase, openPool, type TestDatabase } from "@portcullis/test-servers";
import { migrateWriteThrough } from "@portcullis/write-through";
import { Kysely, PostgresDialect } from "kysely";
import { migrateAuth } from "../repositories/migrate.ts";
import type { AuthDatabase, AuthTables } from "../repositories/tables.ts";

/** A database with our tables, and nothing of an auth around it. */
export function createMailDatabase(): Promise<TestDatabase> {
  return createTestDatabase({
    template: "mail",
    async migrate(url) {
      const database = openMailDatabase(url);
      await migrate(database);
      await database.destroy();
    },
  });
}

export function openMailDatabase(url: string): AuthDatabase {
  return new Kysely<AuthTables>({ dialect: new PostgresDialect({ pool: openPool(url) }) });
}

export async function migrate(database: AuthDatabase): Promise<void> {
  await migrateWriteThrough(database);
  await migrateAuth(database);
}
