import { randomBytes } from "node:crypto";

/** One run of the tests: the server its files share, and the prefix of its databases. */
export interface TestRun {
  serverUrl: string;
  /** Sets the databases of one run apart from those of another on the same server. */
  id: string;
}

const serverUrlVariable = "PORTCULLIS_TEST_RUN_POSTGRES_URL";
const idVariable = "PORTCULLIS_TEST_RUN_ID";

/** A fresh id, so that no template of an earlier run is taken for one of this run. */
export function makeTestRunId(): string {
  return randomBytes(4).toString("hex");
}

/** Announces the run to the processes that this one starts from now on. */
export function announceTestRun({ serverUrl, id }: TestRun): void {
  process.env[serverUrlVariable] = serverUrl;
  process.env[idVariable] = id;
}

/** The run that a parent process has announced. */
export function announcedTestRun(): TestRun | undefined {
  const serverUrl = process.env[serverUrlVariable];
  const id = process.env[idVariable];
  return serverUrl === undefined || id === undefined ? undefined : { serverUrl, id };
}

/** The start of the name of every database of a run. */
export function databasePrefix(id: string): string {
  return `portcullis_${id}`;
}
