import type { PGlite } from "@electric-sql/pglite";
import { migrateAuth } from "@portcullis/server";
import { migrateWriteThrough } from "@portcullis/write-through";
import { Kysely, PGliteDialect } from "kysely";
import { TestAuthError } from "../errors.ts";
import { initialData } from "./initial-data.ts";
import { QuietPGlite } from "./quiet-pglite.ts";
import { restoreSnapshot, takeSnapshot } from "./snapshot-repository.ts";
import { openHandle } from "./database-handle.ts";

/** Brings the application's own tables into a database that has those of Portcullis. */
export type Migrate<Database> = (database: Kysely<Database>) => Promise<void>;

/** A Postgres in this process, with a snapshot of how it was after its migrations. */
interface Instance {
  readonly pglite: PGlite;
  readonly database: Kysely<unknown>;
  readonly migrate: unknown;
}

/** A migrated database for one user at a time. */
export interface DatabaseLease<Database> {
  readonly database: Kysely<Database>;
  /** Gives it back. Statements that come later are refused, and transactions that are open end. */
  release(): Promise<void>;
}

/** Databases that are used again, as a Postgres takes a second to start. */
export interface DatabasePool {
  /**
   * Opens a migrated database: one that was used before and put back as it was, or a new one. Those
   * with the same function `migrate` are alike.
   *
   * @throws TestAuthError `too_many_test_auths`
   */
  lease<Database>(migrate: Migrate<Database> | undefined): Promise<DatabaseLease<Database>>;
}

/**
 * @param bounds.liveMax leases at a time.
 * @param bounds.idleMax databases that wait to be used again; those that have waited for longest go.
 */
export function createDatabasePool(bounds: {
  readonly liveMax: number;
  readonly idleMax: number;
}): DatabasePool {
  const idle: Instance[] = [];
  let liveCount = 0;

  function takeIdle(migrate: unknown): Instance | undefined {
    const index = idle.findLastIndex((instance) => instance.migrate === migrate);
    return index === -1 ? undefined : idle.splice(index, 1)[0];
  }

  async function recycle(instance: Instance): Promise<void> {
    try {
      if ((await restoreSnapshot(instance.database)) === "schema_changed") {
        await instance.pglite.close();
        return;
      }
    } catch (error) {
      await instance.pglite.close();
      throw error;
    }
    idle.push(instance);
    if (idle.length > bounds.idleMax) await idle.shift()?.pglite.close();
  }

  return {
    async lease<Database>(migrate: Migrate<Database> | undefined) {
      if (liveCount >= bounds.liveMax) throw tooMany(bounds.liveMax);
      liveCount += 1;
      try {
        const instance = takeIdle(migrate) ?? (await openInstance(migrate));
        const handle = openHandle<Database>(instance.pglite);
        return {
          database: handle.database,
          async release() {
            await handle.detach();
            try {
              await recycle(instance);
            } finally {
              liveCount -= 1;
            }
          },
        };
      } catch (error) {
        liveCount -= 1;
        throw error;
      }
    },
  };
}

async function openInstance<Database>(migrate: Migrate<Database> | undefined): Promise<Instance> {
  const pglite = await QuietPGlite.open(await initialData());
  try {
    const database = new Kysely<Database>({ dialect: new PGliteDialect({ pglite }) });
    await migrateWriteThrough(database);
    await migrateAuth(database);
    await migrate?.(database);
    const instance = { pglite, migrate, database: database as unknown as Kysely<unknown> };
    await takeSnapshot(instance.database);
    return instance;
  } catch (error) {
    await pglite.close();
    throw error;
  }
}

function tooMany(liveMax: number): TestAuthError {
  return new TestAuthError(
    "too_many_test_auths",
    `${liveMax} test auths live in this process: dispose of each at the end of its test.`,
  );
}
