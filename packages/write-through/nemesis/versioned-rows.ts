import { openPool } from "@portcullis/test-servers";
import { Kysely, PostgresDialect } from "kysely";
import { migrateWriteThrough } from "../src/index.ts";
import type { Versions } from "./report.ts";

export interface NemesisTables {
  item: ItemRow;
}

export interface ItemRow {
  readonly id: string;
  readonly version: number;
}

/** Rows that count their writes, read and written through some cache. */
export interface VersionedRows {
  read(ids: readonly string[]): Promise<Versions>;
  /**
   * Adds one to the version of each row, in one transaction.
   *
   * @param prepared awaited with the new versions before the commit is sent; once an attempt.
   */
  write(ids: readonly string[], prepared: (versions: Versions) => Promise<void>): Promise<void>;
  /** Was this write's commit sent without an answer? */
  isUnknown(error: unknown): boolean;
  /** How many rows were read from Postgres so far, if that is counted. */
  postgresReads(): number | undefined;
  close(): Promise<void>;
}

export const databaseTimeoutMs = 1000;
export const redisTimeoutMs = 300;

/** Connections that give a silent server up. */
export function openDatabase(url: string): Kysely<NemesisTables> {
  const pool = openPool(url, {
    max: 8,
    connectionTimeoutMillis: databaseTimeoutMs,
    query_timeout: 2 * databaseTimeoutMs,
  });
  return new Kysely<NemesisTables>({ dialect: new PostgresDialect({ pool }) });
}

export async function prepareRows(
  database: Kysely<NemesisTables>,
  ids: readonly string[],
): Promise<void> {
  await migrateWriteThrough(database);
  await database.schema
    .createTable("item")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("version", "integer", (column) => column.notNull())
    .execute();
  await database
    .insertInto("item")
    .values(ids.map((id) => ({ id, version: firstVersion })))
    .execute();
}

export const firstVersion = 1;

export async function loadItem(
  handle: Kysely<NemesisTables>,
  id: string,
): Promise<ItemRow | undefined> {
  return await handle.selectFrom("item").selectAll().where("id", "=", id).executeTakeFirst();
}

/** In the order of the ids, so that two writers of the same rows do not lock each other out. */
export async function raiseVersions(
  handle: Kysely<NemesisTables>,
  ids: readonly string[],
): Promise<Versions> {
  const versions: Record<string, number> = {};
  for (const id of ids.toSorted()) {
    const row = await handle
      .updateTable("item")
      .set((item) => ({ version: item("version", "+", 1) }))
      .where("id", "=", id)
      .returning("version")
      .executeTakeFirstOrThrow();
    versions[id] = row.version;
  }
  return versions;
}

export const itemSchema = {
  parse(input: unknown): ItemRow {
    if (typeof input !== "object" || input === null) throw new Error("not an item");
    if (!("id" in input) || typeof input.id !== "string") throw new Error("not an item");
    if (!("version" in input) || typeof input.version !== "number") throw new Error("not an item");
    return { id: input.id, version: input.version };
  },
};
