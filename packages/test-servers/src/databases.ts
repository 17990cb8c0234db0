import { randomBytes } from "node:crypto";

import pg from "pg";

import { TestServerError } from "./test-server-error.ts";

const connectTimeoutMs = 15_000;
const statementTimeoutMs = 60_000;
const namePattern = /^[a-z0-9_]{1,32}$/;

/** A database of its own for one test or one test file. */
export interface TestDatabase extends AsyncDisposable {
  /** With user and password, for `new pg.Pool({ connectionString })`. */
  readonly url: string;
  readonly name: string;
  /** Deletes the database and cuts the connections to it. May be called twice. */
  drop(): Promise<void>;
}

/** Makes an empty database, or a copy of a template in some milliseconds. */
export async function createDatabase(
  serverUrl: string,
  prefix: string,
  template?: string,
): Promise<TestDatabase> {
  const name = `${prefix}_${randomBytes(8).toString("hex")}`;
  const from = template === undefined ? "" : ` TEMPLATE ${quote(template)}`;
  await withMaintenanceClient(serverUrl, (client) =>
    client.query(`CREATE DATABASE ${quote(name)}${from}`),
  );
  const drop = (): Promise<void> => dropDatabase(serverUrl, name);
  return { url: databaseUrl(serverUrl, name), name, drop, [Symbol.asyncDispose]: drop };
}

/**
 * Makes the template `name` unless it is there. Of several callers, in however many processes, the
 * first prepares it and the others wait. A template whose preparation failed is made anew.
 */
export async function ensureTemplate(
  serverUrl: string,
  name: string,
  prepare: (url: string) => Promise<void>,
  prepareTimeoutMs: number,
): Promise<void> {
  await withMaintenanceClient(serverUrl, async (client) => {
    await client.query(`SET lock_timeout = ${prepareTimeoutMs}`);
    await client.query("SELECT pg_advisory_lock(hashtextextended($1, 0))", [name]);
    // The lock ends with this connection.
    const found = await client.query(
      "SELECT FROM pg_database WHERE datname = $1 AND datistemplate",
      [name],
    );
    if (found.rowCount === 0) {
      await prepareTemplate(client, serverUrl, name, prepare);
    }
  });
}

async function prepareTemplate(
  client: pg.Client,
  serverUrl: string,
  name: string,
  prepare: (url: string) => Promise<void>,
): Promise<void> {
  await client.query(`DROP DATABASE IF EXISTS ${quote(name)} WITH (FORCE)`);
  await client.query(`CREATE DATABASE ${quote(name)}`);
  await prepare(databaseUrl(serverUrl, name));
  // A copy fails while anyone is connected to its template.
  await client.query(`ALTER DATABASE ${quote(name)} IS_TEMPLATE true ALLOW_CONNECTIONS false`);
}

/** Deletes every database, template or not, whose name starts with `prefix`. */
export async function dropDatabases(serverUrl: string, prefix: string): Promise<void> {
  await withMaintenanceClient(serverUrl, async (client) => {
    const { rows } = await client.query<{ datname: string; datistemplate: boolean }>(
      "SELECT datname, datistemplate FROM pg_database WHERE starts_with(datname, $1)",
      [prefix],
    );
    for (const { datname, datistemplate } of rows) {
      if (datistemplate) {
        await client.query(`ALTER DATABASE ${quote(datname)} IS_TEMPLATE false`);
      }
      await client.query(`DROP DATABASE IF EXISTS ${quote(datname)} WITH (FORCE)`);
    }
  });
}

/** Throws `INVALID_NAME` unless `name` can be part of a database name. */
export function requireDatabaseName(name: string): void {
  if (!namePattern.test(name)) {
    throw new TestServerError(
      "INVALID_NAME",
      `${JSON.stringify(name)} is not 1 to 32 of a-z, 0-9, _`,
    );
  }
}

/** The URL of another database of the same server. */
function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

async function dropDatabase(serverUrl: string, name: string): Promise<void> {
  await withMaintenanceClient(serverUrl, (client) =>
    client.query(`DROP DATABASE IF EXISTS ${quote(name)} WITH (FORCE)`),
  );
}

async function withMaintenanceClient<T>(
  serverUrl: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    connectionString: serverUrl,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + connectTimeoutMs,
  });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function quote(identifier: string): string {
  return pg.escapeIdentifier(identifier);
}
