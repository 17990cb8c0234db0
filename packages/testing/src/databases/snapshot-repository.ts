import { type Kysely, sql } from "kysely";

/**
 * Keeps what is in the database now, to be put back by {@link restoreSnapshot}. Names are quoted by
 * Postgres itself (`%I`, `regclass`): the tables are those of the application.
 */
export async function takeSnapshot(database: Kysely<unknown>): Promise<void> {
  for (const statement of snapshotFunctions) await statement.execute(database);
  await sql`select portcullis_testing.take()`.execute(database);
}

/**
 * Puts back what {@link takeSnapshot} has kept: all rows of all tables, and where sequences stood.
 *
 * @returns `"schema_changed"` when tables, functions or the like are others by now; then nothing was
 * done.
 */
export async function restoreSnapshot(
  database: Kysely<unknown>,
): Promise<"restored" | "schema_changed"> {
  // Settings, temporary tables and locks of the session.
  await sql`discard all`.execute(database);
  const { rows } = await sql<{ isRestored: boolean }>`
    select portcullis_testing.restore() as "isRestored"
  `.execute(database);
  return rows[0]?.isRestored === true ? "restored" : "schema_changed";
}

const snapshotFunctions = [
  sql`create schema portcullis_testing`,

  sql`create table portcullis_testing.snapshot_table (
    id int primary key generated always as identity,
    place regclass not null,
    column_names text not null
  )`,

  sql`create table portcullis_testing.snapshot_sequence (
    place regclass not null,
    next_value bigint not null,
    is_called boolean not null
  )`,

  sql`create table portcullis_testing.snapshot_schema (fingerprint text not null)`,

  sql`create view portcullis_testing.user_schema as
    select oid, nspname from pg_namespace
    where nspname not in ('pg_catalog', 'information_schema', 'portcullis_testing')
      and nspname not like 'pg\\_toast%' and nspname not like 'pg\\_temp%'`,

  // What a statement that defines something would change; data and statistics do not.
  sql`create function portcullis_testing.fingerprint() returns text language sql as $$
    select string_agg(part::text, E'\\n' order by part::text) from (
      select row('schema', oid, nspname) as part from portcullis_testing.user_schema
      union all
      select row('relation', c.oid, c.relname, c.relkind, c.relrowsecurity)
        from pg_class c join portcullis_testing.user_schema s on s.oid = c.relnamespace
      union all
      select row('column', a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull,
          a.atthasdef, a.attisdropped)
        from pg_attribute a join pg_class c on c.oid = a.attrelid
        join portcullis_testing.user_schema s on s.oid = c.relnamespace
      union all
      select row('function', p.oid, p.xmin)
        from pg_proc p join portcullis_testing.user_schema s on s.oid = p.pronamespace
      union all
      select row('type', t.oid, t.xmin)
        from pg_type t join portcullis_testing.user_schema s on s.oid = t.typnamespace
      union all
      select row('constraint', c.oid, c.xmin)
        from pg_constraint c join portcullis_testing.user_schema s on s.oid = c.connamespace
      union all
      select row('default', oid, xmin) from pg_attrdef where oid >= 16384
      union all
      select row('trigger', oid, xmin) from pg_trigger where oid >= 16384
      union all
      select row('label', oid, xmin) from pg_enum where oid >= 16384
      union all
      select row('rule', oid, xmin) from pg_rewrite where oid >= 16384
      union all
      select row('policy', oid, xmin) from pg_policy where oid >= 16384
      union all
      select row('extension', oid, xmin) from pg_extension where oid >= 16384
    ) parts
  $$`,

  sql`create function portcullis_testing.take() returns void language plpgsql as $$
    declare
      kept record;
    begin
      insert into portcullis_testing.snapshot_schema values (portcullis_testing.fingerprint());

      insert into portcullis_testing.snapshot_table (place, column_names)
      select c.oid::regclass, string_agg(format('%I', a.attname), ', ' order by a.attnum)
        from pg_class c
        join portcullis_testing.user_schema s on s.oid = c.relnamespace
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
          and not a.attisdropped and a.attgenerated = ''
        where c.relkind = 'r'
        group by c.oid;

      for kept in select * from portcullis_testing.snapshot_table loop
        execute format('create table portcullis_testing.%I as select %s from %s',
          'rows_of_' || kept.id, kept.column_names, kept.place);
      end loop;

      for kept in
        select c.oid::regclass as place
        from pg_class c join portcullis_testing.user_schema s on s.oid = c.relnamespace
        where c.relkind = 'S'
      loop
        execute format('insert into portcullis_testing.snapshot_sequence
          select %L::regclass, last_value, is_called from %s', kept.place, kept.place);
      end loop;
    end
  $$`,

  sql`create function portcullis_testing.restore() returns boolean language plpgsql as $$
    declare
      kept record;
    begin
      if (select fingerprint from portcullis_testing.snapshot_schema)
          is distinct from portcullis_testing.fingerprint() then
        return false;
      end if;
      -- Foreign keys, guards and other triggers have no say in it.
      perform set_config('session_replication_role', 'replica', true);
      for kept in select * from portcullis_testing.snapshot_table loop
        execute format('delete from only %s', kept.place);
        execute format('insert into %s (%s) overriding system value
          select * from portcullis_testing.%I',
          kept.place, kept.column_names, 'rows_of_' || kept.id);
      end loop;
      perform setval(place, next_value, is_called) from portcullis_testing.snapshot_sequence;
      return true;
    end
  $$`,
];
