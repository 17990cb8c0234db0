import { sql, type Kysely } from "kysely";
import type { Database } from "../storage.ts";

interface MigrationTables {
  "portcullis.write_through_migration": { readonly name: string };
  post_migration: { readonly name: string };
}

/** The migrations that a table of them has, in their order; none where there is no such table. */
export async function listApplied(
  database: Kysely<Database>,
  table: keyof MigrationTables,
): Promise<readonly string[]> {
  const { rows: tables } = await sql<{ found: boolean }>`
    select to_regclass(${table}) is not null as found`.execute(database);
  if (tables[0]?.found !== true) return [];
  const handle = database as unknown as Kysely<MigrationTables>;
  const rows = await handle.selectFrom(table).select("name").orderBy("name").execute();
  return rows.map(({ name }) => name);
}

interface NodeTables {
  "portcullis.node": { readonly id: string };
}

/** How many processes are in the list of nodes; one that was killed stays in it for a while. */
export async function countListedNodes(database: Kysely<Database>): Promise<number> {
  const handle = database as unknown as Kysely<NodeTables>;
  const rows = await handle.selectFrom("portcullis.node").select("id").execute();
  return rows.length;
}
