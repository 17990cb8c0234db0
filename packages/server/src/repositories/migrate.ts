import { sql } from "kysely";
import type { Kysely } from "kysely";
import { Migrator } from "kysely/migration";
import { firstTables } from "./migrations/0001-first-tables.ts";
import { guards } from "./migrations/0002-guards.ts";
import { accounts } from "./migrations/0003-accounts.ts";
import { auditLog } from "./migrations/0004-audit-log.ts";

const migrations = {
  "0001-first-tables": firstTables,
  "0002-guards": guards,
  "0003-accounts": accounts,
  "0004-audit-log": auditLog,
};

/**
 * Creates or updates the tables of Portcullis, in the Postgres schema `portcullis`. Does nothing
 * when they are up to date, and several nodes may call it at once. `migrateWriteThrough` comes
 * first: the cached tables are guarded against SQL from outside of the cache.
 *
 * @throws Error with the database's error as its `cause`; the failed migration was rolled back.
 *
 * @example
 * ```ts setup=services
 * import { migrateAuth } from "@portcullis/server";
 * import { migrateWriteThrough } from "@portcullis/write-through";
 *
 * await migrateWriteThrough(database);
 * await migrateAuth(database);
 * ```
 */
export async function migrateAuth<Database>(database: Kysely<Database>): Promise<void> {
  const { error } = await migratorOf(database).migrateToLatest();
  if (error !== undefined) {
    throw new Error("The tables of Portcullis could not be migrated", { cause: error });
  }
}

/** Which migrations of the tables of Portcullis a database has. */
export interface AuthMigrationStatus {
  /** Those of this release, in their order. */
  readonly migrations: readonly {
    readonly name: string;
    /** Milliseconds since 1970; `null` when it has not been applied. */
    readonly appliedAt: number | null;
  }[];
  /** Applied ones that this release does not know: a newer one made them, and this one cannot start. */
  readonly unknown: readonly string[];
}

/** What came of undoing a migration. */
export type AuthMigrationReversal =
  | { readonly kind: "undone"; readonly name: string }
  /** None was applied. */
  | { readonly kind: "nothing_applied" };

/** Looks which migrations of {@link migrateAuth} the database has, and changes nothing. */
export async function readAuthMigrations<Database>(
  database: Kysely<Database>,
): Promise<AuthMigrationStatus> {
  const found = await migratorOf(database).getMigrations();
  const known = found.map(({ name, executedAt }) => ({
    name,
    appliedAt: executedAt?.getTime() ?? null,
  }));
  const isMigrated = known.some(({ appliedAt }) => appliedAt !== null);
  const applied = isMigrated ? await listApplied(database) : [];
  const unknown = applied.filter((name) => !Object.hasOwn(migrations, name));
  return { migrations: known, unknown };
}

/**
 * Undoes the last migration, with what its tables and columns hold: the way back to the release
 * before, whose service makes nothing of them. Stop all nodes first; the next `migrateAuth` of this
 * release does it again.
 *
 * @throws Error with the database's error as its `cause`; nothing was changed.
 */
export async function undoAuthMigration<Database>(
  database: Kysely<Database>,
): Promise<AuthMigrationReversal> {
  const { error, results = [] } = await outOfBand(database, (connection) =>
    migratorOf(connection).migrateDown(),
  );
  if (error !== undefined) {
    throw new Error("The last migration of Portcullis could not be undone", { cause: error });
  }
  const [undone] = results;
  return undone === undefined
    ? { kind: "nothing_applied" }
    : { kind: "undone", name: undone.migrationName };
}

/** The way back may delete rows that caches know of: each then empties itself when it commits. */
async function outOfBand<Database, Value>(
  database: Kysely<Database>,
  work: (connection: Kysely<Database>) => Promise<Value>,
): Promise<Value> {
  return await database.connection().execute(async (connection) => {
    await sql`select set_config('portcullis.out_of_band', 'flush', false)`.execute(connection);
    try {
      return await work(connection);
    } finally {
      await sql`select set_config('portcullis.out_of_band', '', false)`.execute(connection);
    }
  });
}

function migratorOf<Database>(database: Kysely<Database>): Migrator {
  return new Migrator({
    db: database.withoutPlugins(),
    provider: { getMigrations: () => Promise.resolve(migrations) },
    migrationTableSchema: "portcullis",
    migrationTableName: "auth_migration",
    migrationLockTableName: "auth_migration_lock",
  });
}

async function listApplied<Database>(database: Kysely<Database>): Promise<readonly string[]> {
  const handle = database.withoutPlugins() as unknown as Kysely<MigrationTables>;
  const rows = await handle
    .selectFrom("portcullis.auth_migration")
    .select("name")
    .orderBy("name")
    .execute();
  return rows.map(({ name }) => name);
}

interface MigrationTables {
  "portcullis.auth_migration": { readonly name: string };
}
