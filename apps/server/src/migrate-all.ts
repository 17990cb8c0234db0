import { migrateAuth } from "@portcullis/server";
import { migrateWriteThrough } from "@portcullis/write-through";
import type { Kysely } from "kysely";
import { migratePosts } from "./posts/migrate-posts.ts";

/**
 * Creates all tables, or brings them up to date. Safe from every node at every start. Those of the
 * cache come first: the others are guarded by its functions.
 */
export async function migrateAll<Database>(database: Kysely<Database>): Promise<void> {
  await migrateWriteThrough(database);
  await migrateAuth(database);
  await migratePosts(database);
}
