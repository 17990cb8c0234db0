import { sql, type Kysely } from "kysely";
import type { ListedNode } from "../primary.ts";
import type { WriteThroughTables } from "./tables.ts";

/** Puts a process in the list and takes out ids it had before, at once. */
export async function joinNodes(
  database: Kysely<WriteThroughTables>,
  nodeId: string,
  formerIds: readonly string[],
  leaseMs: number,
): Promise<void> {
  await database
    .with("removed", (own) =>
      own.deleteFrom("portcullis.node").where(sql<boolean>`id = any(${[...formerIds]}::text[])`),
    )
    .insertInto("portcullis.node")
    .values({ id: nodeId, eviction: null, lease_ms: leaseMs })
    .execute();
}

export async function listNodes(
  database: Kysely<WriteThroughTables>,
): Promise<readonly ListedNode[]> {
  return await database.selectFrom("portcullis.node").select(["id", "eviction"]).execute();
}

/** The lease of a process in the list that has been given another one, if there is any. */
export async function otherLeaseMs(
  database: Kysely<WriteThroughTables>,
  leaseMs: number,
): Promise<number | undefined> {
  const node = await database
    .selectFrom("portcullis.node")
    .select("lease_ms")
    .where("lease_ms", "<>", leaseMs)
    .limit(1)
    .executeTakeFirst();
  return node?.lease_ms;
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
