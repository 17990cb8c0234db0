import { sql, type Kysely } from "kysely";
import type { ListedNode } from "../primary.ts";
import type { WriteThroughTables } from "./tables.ts";

/** Puts a process in the list and takes out ids it had before, at once. */
export async function joinNodes(
  database: Kysely<WriteThroughTables>,
  nodeId: string,
  formerIds: readonly string[],
): Promise<void> {
  await database
    .with("removed", (own) =>
      own.deleteFrom("portcullis.node").where(sql<boolean>`id = any(${[...formerIds]}::text[])`),
    )
    .insertInto("portcullis.node")
    .values({ id: nodeId, eviction: null })
    .execute();
}

export async function listNodes(
  database: Kysely<WriteThroughTables>,
): Promise<readonly ListedNode[]> {
  return await database.selectFrom("portcullis.node").select(["id", "eviction"]).execute();
}

export async function evictNodes(
  database: Kysely<WriteThroughTables>,
  nodeIds: readonly string[],
  mark: string,
): Promise<readonly ListedNode[]> {
  return await database
    .updateTable("portcullis.node")
    .set({ eviction: sql`coalesce(eviction, ${mark})` })
    .where(sql<boolean>`id = any(${[...nodeIds]}::text[])`)
    .returning(["id", "eviction"])
    .execute();
}

/** Takes out those who were evicted under these marks, and nobody who was evicted anew. */
export async function removeEvicted(
  database: Kysely<WriteThroughTables>,
  marks: readonly string[],
): Promise<void> {
  await database
    .deleteFrom("portcullis.node")
    .where(sql<boolean>`eviction = any(${[...marks]}::text[])`)
    .execute();
}

export async function removeNodes(
  database: Kysely<WriteThroughTables>,
  nodeIds: readonly string[],
): Promise<void> {
  await database
    .deleteFrom("portcullis.node")
    .where(sql<boolean>`id = any(${[...nodeIds]}::text[])`)
    .execute();
}
