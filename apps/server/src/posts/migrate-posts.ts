import { guardCachedTable } from "@portcullis/write-through";
import { sql, type Kysely } from "kysely";
import { Migrator, type Migration } from "kysely/migration";

const migrations: Record<string, Migration> = {
  "0001-post": {
    async up(database: Kysely<unknown>) {
      // Milliseconds, as JavaScript's Date keeps them: a cursor then compares without rounding.
      const time = sql`timestamptz(3)`;
      await database.schema
        .createTable("post")
        .addColumn("id", "uuid", (column) => column.primaryKey())
        .addColumn("author_id", "uuid", (column) => column.notNull())
        .addColumn("title", "text", (column) => column.notNull())
        .addColumn("body", "text", (column) => column.notNull())
        .addColumn("created_at", time, (column) => column.notNull().defaultTo(sql`now()`))
        .addColumn("updated_at", time, (column) => column.notNull().defaultTo(sql`now()`))
        .execute();
      await database.schema
        .createIndex("post_by_time")
        .on("post")
        .columns(["created_at desc", "id desc"])
        .execute();
    },
  },
  "0002-guard": {
    async up(database: Kysely<unknown>) {
      await guardCachedTable(database, {
        table: "post",
        name: "post",
        idColumn: "id",
        // Every post gets a fresh random id.
        inserts: "allowed",
      });
    },
  },
};

/**
 * Creates the tables of the posts, or brings them up to date. Safe from every node at every start.
 * `migrateWriteThrough` comes first.
 */
export async function migratePosts<Database>(database: Kysely<Database>): Promise<void> {
  const migrator = new Migrator({
    db: database,
    provider: { getMigrations: () => Promise.resolve(migrations) },
    migrationTableName: "post_migration",
    migrationLockTableName: "post_migration_lock",
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw new Error("Migrating the posts failed", { cause: error });
}
