import type { TestProject } from "vitest/node";

import { dropDatabases } from "./databases.ts";
import { startPostgres } from "./postgres.ts";
import { announceTestRun, databasePrefix, makeTestRunId } from "./test-run.ts";

/**
 * Starts one Postgres server for a whole run of vitest, for `createTestDatabase`. Name it in the
 * root config: `globalSetup: ["@portcullis/test-servers/global-setup"]`.
 *
 * @returns The teardown: it deletes the databases of the run and ends the server.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await startPostgres();
  let id = makeTestRunId();
  announceTestRun({ serverUrl: postgres.url, id });
  project.onTestsRerun(async () => {
    // In watch mode a migration may have changed: a new id makes new templates.
    await dropDatabases(postgres.url, databasePrefix(id));
    id = makeTestRunId();
    announceTestRun({ serverUrl: postgres.url, id });
  });
  return async () => {
    await dropDatabases(postgres.url, databasePrefix(id));
    await postgres.stop();
  };
}
