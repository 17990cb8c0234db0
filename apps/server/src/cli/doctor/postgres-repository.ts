import { sql, type Kysely } from "kysely";
import type { Database } from "../../storage.ts";
import type { ClockReading } from "./judge-clock.ts";

/** What a Postgres says of itself and of our role in it. */
export interface PostgresFacts {
  /** `"17.2"` for instance. */
  readonly version: string;
  /** 170002 for 17.2. */
  readonly versionNumber: number;
  readonly isStandby: boolean;
  readonly isReadOnly: boolean;
  readonly isSuperuser: boolean;
  /** May the role make the schema and the tables? */
  readonly mayCreate: boolean;
  readonly isEncrypted: boolean;
  readonly clock: ClockReading;
}

export async function readPostgresFacts(database: Kysely<Database>): Promise<PostgresFacts> {
  const { rows } = await sql<Omit<PostgresFacts, "clock">>`
    select
      current_setting('server_version') as "version",
      current_setting('server_version_num')::int as "versionNumber",
      pg_is_in_recovery() as "isStandby",
      current_setting('transaction_read_only')::boolean as "isReadOnly",
      coalesce((select rolsuper from pg_roles where rolname = current_user), false) as "isSuperuser",
      has_database_privilege(current_database(), 'create') as "mayCreate",
      coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false) as "isEncrypted"
  `.execute(database);
  const [facts] = rows;
  if (facts === undefined) throw new Error("Postgres answered without a row");
  return { ...facts, clock: await readClock(database) };
}

async function readClock(database: Kysely<Database>): Promise<ClockReading> {
  const askedAtMs = Date.now();
  const { rows } = await sql<{ seconds: number }>`
    select date_part('epoch', clock_timestamp()) as seconds`.execute(database);
  const answeredAtMs = Date.now();
  return { askedAtMs, timeMs: (rows[0]?.seconds ?? Number.NaN) * 1_000, answeredAtMs };
}

/** What our role may do with one of our tables. */
export interface TableRights {
  readonly table: string;
  readonly select: boolean;
  readonly insert: boolean;
  readonly update: boolean;
  readonly delete: boolean;
}

export async function listTableRights(database: Kysely<Database>): Promise<readonly TableRights[]> {
  const { rows } = await sql<TableRights>`
    select
      relation.relname as "table",
      usable and has_table_privilege(relation.oid, 'select') as "select",
      usable and has_table_privilege(relation.oid, 'insert') as "insert",
      usable and has_table_privilege(relation.oid, 'update') as "update",
      usable and has_table_privilege(relation.oid, 'delete') as "delete"
    from pg_class as relation
      join pg_namespace as namespace on namespace.oid = relation.relnamespace
      cross join lateral (select has_schema_privilege(namespace.oid, 'usage') as usable) as schema
    where relation.relkind in ('r', 'p')
      and (namespace.nspname = 'portcullis' or relation.oid = to_regclass('post'))
    order by relation.relname`.execute(database);
  return rows;
}

interface NodeTables {
  "portcullis.node": { readonly lease_ms: number };
}

/** The leases that the processes in the list of nodes were given. */
export async function listLeases(database: Kysely<Database>): Promise<readonly number[]> {
  const handle = database as unknown as Kysely<NodeTables>;
  const rows = await handle
    .selectFrom("portcullis.node")
    .select("lease_ms")
    .distinct()
    .orderBy("lease_ms")
    .execute();
  return rows.map((row) => row.lease_ms);
}
