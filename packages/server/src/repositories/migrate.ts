import type { Kysely } from "kysely";
import { Migrator } from "kysely/migration";
import { firstTables } from "./migrations/0001-first-tables.ts";
import { guards } from "./migrations/0002-guards.ts";

const migrations = { "0001-first-tables": firstTables, "0002-guards": guards };

/**
 * Creates or updates the tables of Portcullis, in the Postgres schema `portcullis`. Does nothing
 * when they are up to date, and several nodes may call it at once. `migrateWriteThrough` comes
 * first: the cached tables are guarded against SQL from outside of the cache.
 *
 * @throws Error with the database's error as its `cause`; the failed migration was rolled back.
 *
 * @example
 * ```ts setup=services
 * import { migrateAuth } from "@portcullis/server";
 * import { migrateWriteThrough } from "@portcullis/write-through";
 *
 * await migrateWriteThrough(database);
 * await migrateAuth(database);
 * ```
 */
export async function migrateAuth<Database>(database: Kysely<Database>): Promise<void> {
  const migrator = new Migrator({
    db: database.withoutPlugins(),
    provider: { getMigrations: () => Promise.resolve(migrations) },
    migrationTableSchema: "portcullis",
    migrationTableName: "auth_migration",
    migrationLockTableName: "auth_migration_lock",
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) {
    throw new Error("The tables of Portcullis could not be migrated", { cause: error });
  }
}
