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
    .values({ id: nodeId, evicted: false })
    .execute();
}

export async function listNodes(
  database: Kysely<WriteThroughTables>,
): Promise<readonly ListedNode[]> {
  return await database
    .selectFrom("portcullis.node")
    .select(["id", "evicted as isEvicted"])
    .execute();
}

export async function evictNodes(
  database: Kysely<WriteThroughTables>,
  nodeIds: readonly string[],
): Promise<void> {
  await database
    .updateTable("portcullis.node")
    .set({ evicted: true })
    .where(sql<boolean>`id = any(${[...nodeIds]}::text[])`)
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
