import { sql, type Kysely, type RawBuilder } from "kysely";
import type { Migration } from "kysely/migration";
import { InvalidOptionsError } from "../errors.ts";
import { bounded, matching } from "../options.ts";

/** Which table to guard, and what the cache makes of it. Names are as Postgres has them. */
export interface GuardOptions {
  /** `table`, or `schema.table`; a name has 1 to 63 characters of `A-Z a-z 0-9 _`. */
  readonly table: string;
  /** Name of the cached table, which its keys begin with. */
  readonly name: string;
  /** The column whose text is the id in the cache. A row in which it is null is not guarded. */
  readonly idColumn: string;
  /**
   * The columns that the cached value is made of, 1 to 200: an update that leaves them as they were
   * is allowed. Default: all that the table has, also in time to come.
   */
  readonly columns?: readonly string[];
  /**
   * `"allowed"` for a table whose ids are fresh random ones when a row is inserted, so that nobody
   * can have asked for it: no cache knows that it was absent. Default `"refused"`.
   */
  readonly inserts?: "allowed" | "refused";
}

/** Names may need quotes, but have nothing in them that could end one. */
const identifier = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;
const tableName = /^([A-Za-z_][A-Za-z0-9_]{0,62}\.)?[A-Za-z_][A-Za-z0-9_]{0,62}$/;
const maxColumns = 200;

/**
 * Has Postgres refuse SQL that changes rows of a cached table outside of the cache, and so would
 * leave old values in it. For the application's own migrations; repeating it with other options
 * changes the guard, and two guards of one table hold side by side if their `name` differs.
 *
 * What is refused is an INSERT, UPDATE or DELETE of a row whose key the transaction has not named
 * in `cache.write`, and every TRUNCATE. It fails with SQLSTATE `PC001`, a message that names the
 * key, and a hint.
 *
 * For maintenance by hand, `set portcullis.out_of_band = 'flush'` lets the session change any row.
 * Each of its transactions that writes a guarded table then takes the trust from all caches: they
 * are empty and correct within one lease of the commit, and cached writes wait for that commit. Its
 * role needs USAGE on the schema `portcullis` and SELECT and UPDATE on `portcullis.authority`. In a
 * transaction of `cache.write` the setting means nothing.
 *
 * A guard is against mistakes, not against attackers, and no trigger sees ALTER TABLE, TRUNCATE of
 * one partition, a restored dump, or sessions with `session_replication_role = replica`. After such
 * a change, run `select portcullis.flush_caches()`.
 *
 * @param database may be a transaction; the role must own the table.
 * @throws InvalidOptionsError when a name has another form; nothing was sent.
 * @throws Error when the database has not been migrated by {@link migrateWriteThrough}.
 * @example
 * ```ts
 * import { guardCachedTable } from "@portcullis/write-through";
 * import type { Kysely } from "kysely";
 *
 * export async function up(database: Kysely<unknown>): Promise<void> {
 *   await guardCachedTable(database, {
 *     table: "public.post",
 *     name: "post",
 *     idColumn: "id",
 *     columns: ["title", "body"],
 *     inserts: "allowed",
 *   });
 * }
 * ```
 */
export async function guardCachedTable<Database>(
  database: Kysely<Database>,
  options: GuardOptions,
): Promise<void> {
  const statements = guardStatements(options);
  const run = async (handle: Kysely<Database>): Promise<void> => {
    await requireMigration(handle);
    for (const statement of statements) await statement.execute(handle);
  };
  // A plug-in that renames columns would rename those in the statements too.
  const plain = database.withoutPlugins();
  await (plain.isTransaction ? run(plain) : plain.transaction().execute(run));
}

/**
 * Takes the guard of a cached table away, for the way back of a migration. The trigger that flushes
 * the caches for maintenance stays with the table: other guards of it may need it.
 *
 * @param database may be a transaction; the role must own the table.
 * @throws InvalidOptionsError when a name has another form; nothing was sent.
 * @example
 * ```ts
 * import { unguardCachedTable } from "@portcullis/write-through";
 * import type { Kysely } from "kysely";
 *
 * export async function down(database: Kysely<unknown>): Promise<void> {
 *   await unguardCachedTable(database, { table: "public.post", name: "post" });
 * }
 * ```
 */
export async function unguardCachedTable<Database>(
  database: Kysely<Database>,
  options: Pick<GuardOptions, "table" | "name">,
): Promise<void> {
  const { table, name } = nameParts(options);
  const run = async (handle: Kysely<Database>): Promise<void> => {
    for (const event of guardedEvents) {
      const trigger = triggerOf(event, name);
      await sql`drop trigger if exists ${trigger} on ${table}`.execute(handle);
    }
  };
  const plain = database.withoutPlugins();
  await (plain.isTransaction ? run(plain) : plain.transaction().execute(run));
}

const guardedEvents = ["insert", "update", "delete", "truncate"] as const;

function triggerOf(event: (typeof guardedEvents)[number], name: string): RawBuilder<unknown> {
  return sql.id(`portcullis_${event}_${name}`);
}

function nameParts(options: Pick<GuardOptions, "table" | "name">): {
  readonly table: RawBuilder<unknown>;
  readonly name: string;
} {
  return {
    table: sql.table(matching("table", options.table, tableName)),
    name: matching("name", options.name, /^[a-z][a-z0-9_]{0,39}$/),
  };
}

async function requireMigration<Database>(database: Kysely<Database>): Promise<void> {
  const { rows } = await sql<{ isMigrated: boolean }>`select
    to_regprocedure('portcullis.may_write(text)') is not null as "isMigrated"`.execute(database);
  if (rows[0]?.isMigrated !== true) {
    throw new Error("Run migrateWriteThrough before guardCachedTable");
  }
}

/**
 * Rows are judged AFTER they were changed, so that what other triggers made of them counts, and in
 * WHEN clauses, so that a declared write starts no trigger's function. The flush comes BEFORE the
 * statement: writers lock the authority first and rows second, and so must it.
 */
function guardStatements(options: GuardOptions): readonly RawBuilder<unknown>[] {
  const { table, name } = nameParts(options);
  const idColumn = matching("idColumn", options.idColumn, identifier);
  const changed = changedCondition(idColumn, options.columns);
  const refusesInserts = isRefused(options.inserts ?? "refused");

  const keyOf = (row: RawBuilder<unknown>): RawBuilder<unknown> =>
    sql`${literal(`${name}:`)} || ${row}.${sql.id(idColumn)}::text`;
  const mayWriteOld = sql`portcullis.may_write(${keyOf(sql`old`)})`;
  const mayWriteNew = sql`portcullis.may_write(${keyOf(sql`new`)})`;

  const trigger = (event: (typeof guardedEvents)[number]): RawBuilder<unknown> =>
    triggerOf(event, name);
  const refuse = sql`execute function portcullis.refuse_write(${literal(name)}, ${literal(idColumn)})`;

  return [
    sql`create or replace trigger portcullis_flush
      before insert or update or delete or truncate on ${table}
      for each statement when (portcullis.is_out_of_band())
      execute function portcullis.flush_before_write()`,
    refusesInserts
      ? sql`create or replace trigger ${trigger("insert")} after insert on ${table}
          for each row when (not ${mayWriteNew}) ${refuse}`
      : sql`drop trigger if exists ${trigger("insert")} on ${table}`,
    sql`create or replace trigger ${trigger("update")} after update on ${table}
      for each row when (${changed} and not (${mayWriteOld} and ${mayWriteNew})) ${refuse}`,
    sql`create or replace trigger ${trigger("delete")} after delete on ${table}
      for each row when (not ${mayWriteOld}) ${refuse}`,
    sql`create or replace trigger ${trigger("truncate")} after truncate on ${table}
      for each statement when (not portcullis.has_flushed()) ${refuse}`,
  ];
}

/**
 * Compares the stored forms. What a type calls equal may still read differently (1.0 and 1.00, or
 * two spellings of a citext), and some types, such as json, have no equality.
 */
function changedCondition(
  idColumn: string,
  columns: readonly string[] | undefined,
): RawBuilder<unknown> {
  if (columns === undefined) return sql`record_image_ne(old, new)`;
  bounded("the number of columns", columns.length, 1, maxColumns);
  const names = [idColumn, ...columns.map((column) => matching("columns", column, identifier))];
  const valuesOf = (row: RawBuilder<unknown>): RawBuilder<unknown> =>
    sql`row(${sql.join(names.map((column) => sql`${row}.${sql.id(column)}`))})`;
  return sql`record_image_ne(${valuesOf(sql`old`)}, ${valuesOf(sql`new`)})`;
}

/** DDL takes no parameters, so what comes here has been matched against a form without quotes. */
function literal(text: string): RawBuilder<string> {
  // oxlint-disable-next-line eslint/no-restricted-properties
  return sql.lit(text);
}

function isRefused(inserts: "allowed" | "refused"): boolean {
  if (inserts === "allowed" || inserts === "refused") return inserts === "refused";
  throw new InvalidOptionsError(`inserts must be "allowed" or "refused"`);
}

/** The SQLSTATE of a write that the guard refused; the class PC is not one of Postgres' own. */
const undeclaredWriteState = "PC001";

/** Did the guard refuse a statement? Its transaction can then only be rolled back. */
export function isUndeclaredWrite(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === undeclaredWriteState;
}

/**
 * The functions behind all guards. They run with the rights of whoever writes: a role that may not
 * change the authority cannot flush, and so is refused.
 */
export const guardMigration: Migration = {
  async up(database: Kysely<unknown>) {
    // Settings made for one transaction go with it, and with a savepoint that is rolled back, exactly
    // as the rows of `authority` do.
    await sql`create or replace function portcullis.has_flushed() returns boolean
      language sql stable
      return coalesce(
        current_setting('portcullis.flushed_in', true) = pg_current_xact_id()::text, false)
    `.execute(database);

    await sql`create or replace function portcullis.may_write(key text) returns boolean
      language sql stable
      return key is null
        or coalesce(nullif(current_setting('portcullis.write_keys', true), '')::jsonb ? key, false)
        or portcullis.has_flushed()
    `.execute(database);

    await sql`create or replace function portcullis.is_out_of_band() returns boolean
      language sql stable
      return coalesce(current_setting('portcullis.out_of_band', true) = 'flush', false)
        and coalesce(current_setting('portcullis.write_keys', true), '') = ''
    `.execute(database);

    // The lock is one that writers queue for: they would let the UPDATE alone wait while they overlap.
    await sql`create or replace function portcullis.flush_caches() returns void
      language plpgsql set search_path = pg_catalog, pg_temp as $$
      begin
        if portcullis.has_flushed() then
          return;
        end if;
        lock table portcullis.authority in exclusive mode;
        update portcullis.authority
          set epoch = epoch + 1, replid = null, nonce = gen_random_uuid()::text, settled = false,
            timeline = left(pg_walfile_name(pg_current_wal_lsn()), 8);
        perform set_config('portcullis.flushed_in', pg_current_xact_id()::text, true);
      end $$
    `.execute(database);

    await sql`create or replace function portcullis.flush_before_write() returns trigger
      language plpgsql set search_path = pg_catalog, pg_temp as $$
      begin
        perform portcullis.flush_caches();
        return null;
      end $$
    `.execute(database);

    await sql`create or replace function portcullis.refuse_write() returns trigger
      language plpgsql set search_path = pg_catalog, pg_temp as $$
      declare
        cached_as constant text := tg_argv[0];
        id_column constant text := tg_argv[1];
        declared constant jsonb :=
          coalesce(nullif(current_setting('portcullis.write_keys', true), ''), '[]');
        undeclared constant text := (
          select string_agg(distinct key, ', ')
          from (
            select cached_as || ':' || (version ->> id_column) as key
            from unnest(array[to_jsonb(old), to_jsonb(new)]) as version
          ) as keys
          where not declared ? key
        );
      begin
        raise exception using
          errcode = ${literal(undeclaredWriteState)},
          message = format('%s of %I.%I was not declared to the cache: %s',
            tg_op, tg_table_schema, tg_table_name, coalesce(undeclared, cached_as || ':*')),
          hint = case when declared = '[]'
            then 'Write it through cache.write, naming this key. For maintenance by hand, run '
              'before: set portcullis.out_of_band = ''flush'''
            else 'Name this key too among those that cache.write is given.'
          end,
          schema = tg_table_schema,
          table = tg_table_name;
      end $$
    `.execute(database);
  },
};
