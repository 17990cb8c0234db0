import {
  createDatabase,
  ensureTemplate,
  requireDatabaseName,
  type TestDatabase,
} from "./databases.ts";
import { startPostgres } from "./postgres.ts";
import { announcedTestRun, databasePrefix, makeTestRunId, type TestRun } from "./test-run.ts";

const migrateTimeoutMs = 120_000;

/** Settings of {@link createTestDatabase}. */
export interface TestDatabaseOptions {
  /** Names the schema: 1 to 32 of `a-z`, `0-9`, `_`. One name, one `migrate` for the whole run. */
  template: string;
  /**
   * Fills an empty database. Runs once in a run of the tests: the first caller of all processes
   * runs it, the others wait up to 120 s. It must close its connections.
   */
  migrate: (url: string) => Promise<void>;
}

let ownRun: Promise<TestRun> | undefined;

/**
 * Makes a database of its own for a test file, in milliseconds: a copy of a template that is
 * migrated once in a run, or an empty one when no options are given.
 *
 * The server is the one of `@portcullis/test-servers/global-setup`. Without it this process starts one
 * at the first call, which ends with the process.
 *
 * @throws {@link TestServerError} as {@link startPostgres} does, and with `INVALID_NAME`.
 * @example
 * ```ts
 * import { createTestDatabase } from "@portcullis/test-servers";
 *
 * declare function migrate(url: string): Promise<void>;
 *
 * await using database = await createTestDatabase({ template: "posts", migrate });
 * console.log(database.url);
 * ```
 */
export async function createTestDatabase(options?: TestDatabaseOptions): Promise<TestDatabase> {
  const { serverUrl, id } = announcedTestRun() ?? (await startOwnRun());
  const prefix = databasePrefix(id);
  if (options === undefined) {
    return createDatabase(serverUrl, prefix);
  }
  requireDatabaseName(options.template);
  const template = `${prefix}_template_${options.template}`;
  await ensureTemplate(serverUrl, template, options.migrate, migrateTimeoutMs);
  return createDatabase(serverUrl, prefix, template);
}

async function startOwnRun(): Promise<TestRun> {
  ownRun ??= startPostgres().then(({ url }) => ({ serverUrl: url, id: makeTestRunId() }));
  try {
    return await ownRun;
  } catch (error) {
    // The next caller may find what this one missed.
    ownRun = undefined;
    throw error;
  }
}
