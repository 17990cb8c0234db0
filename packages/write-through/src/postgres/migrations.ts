import { sql, type Kysely } from "kysely";
import { Migrator, type Migration } from "kysely/migration";
import { currentTimeline } from "./authority-row.ts";
import { epochMigration } from "./epoch-functions.ts";
import { guardMigration } from "./guard.ts";
import type { WriteThroughTables } from "./tables.ts";

const migrations: Record<string, Migration> = {
  "0001-authority": {
    async up(database: Kysely<WriteThroughTables>) {
      await database.schema
        .createTable("portcullis.authority")
        // One row: the only value the key may have is true.
        .addColumn("id", "boolean", (column) => column.primaryKey().check(sql`id`))
        .addColumn("epoch", "bigint", (column) => column.notNull())
        .addColumn("replid", "text")
        .addColumn("nonce", "text")
        .addColumn("settled", "boolean", (column) => column.notNull())
        .addColumn("timeline", "text")
        .execute();
      await database
        .insertInto("portcullis.authority")
        .values({ id: true, epoch: "1", replid: null, nonce: null, settled: true, timeline: null })
        .execute();
    },
  },
  "0002-nodes": {
    async up(database: Kysely<WriteThroughTables>) {
      await database.schema
        .createTable("portcullis.node")
        .addColumn("id", "text", (column) => column.primaryKey())
        .addColumn("eviction", "text")
        .addColumn("lease_ms", "integer", (column) => column.notNull())
        .execute();
      // Where nothing was ever cached there is no lease to wait for.
      await database
        .updateTable("portcullis.authority")
        .set({ timeline: currentTimeline })
        .where("epoch", "=", "1")
        .where("nonce", "is", null)
        .execute();
    },
  },
  "0003-guard": guardMigration,
  "0004-epochs": epochMigration,
};

/**
 * Creates what the cache keeps in Postgres, in the schema `portcullis`, or brings it up to date.
 * Safe to run from every process at every start; the role needs CREATE on the database.
 *
 * @throws an error whose cause is the migration's; what had been done of it is rolled back.
 * @example
 * ```ts
 * import { migrateWriteThrough } from "@portcullis/write-through";
 * import type { Kysely } from "kysely";
 *
 * declare const database: Kysely<unknown>;
 * await migrateWriteThrough(database);
 * ```
 */
export async function migrateWriteThrough<Database>(database: Kysely<Database>): Promise<void> {
  const migrator = new Migrator({
    db: database,
    provider: { getMigrations: () => Promise.resolve(migrations) },
    migrationTableSchema: "portcullis",
    migrationTableName: "write_through_migration",
    migrationLockTableName: "write_through_migration_lock",
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw new Error("The cache could not be migrated", { cause: error });
}
