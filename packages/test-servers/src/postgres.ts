import {
  createDatabase,
  ensureTemplate,
  requireDatabaseName,
  type TestDatabase,
} from "./databases.ts";
import { installPostgresOnDebian } from "./debian-packages.ts";
import { findPostgres, type PostgresExecutables } from "./executables.ts";
import {
  initPostgres,
  launchPostgresContainer,
  launchPostgresExecutable,
  makePassword,
  superuser,
} from "./postgres-launch.ts";
import { makeServerFolder, removeServerFolder } from "./server-folder.ts";
import { canInstallDebianPackages, chooseServerSource, isDockerRunning } from "./server-source.ts";
import { startOnFreePort } from "./start-on-port.ts";
import { TestServerError } from "./test-server-error.ts";
import { unprivilegedUser } from "./unprivileged-user.ts";

const urlVariable = "PORTCULLIS_TEST_POSTGRES_URL";
const prepareTimeoutMs = 120_000;
const fastSettings = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };

/** Settings of {@link startPostgres}. */
export interface PostgresOptions {
  /**
   * Whether a commit survives a crash of the machine, at the price of a disk flush each. Default
   * `false`: a killed server process still loses nothing that it had committed for more than 0.6 s.
   */
  durable?: boolean;
  /** More settings, as in `postgresql.conf`; they win over ours, except port and address. */
  settings?: Readonly<Record<string, string>>;
}

/** A Postgres server that belongs to the test that started it. */
export interface PostgresServer extends AsyncDisposable {
  /** The database `postgres`, as superuser, with the password. */
  readonly url: string;
  readonly port: number;
  /** The postmaster. `undefined` for a server named by the environment. */
  readonly pid: number | undefined;
  /**
   * Makes a database of its own.
   *
   * @param template - A name given to {@link PostgresServer.createTemplate}. Default: empty.
   */
  createDatabase(template?: string): Promise<TestDatabase>;
  /**
   * Makes a database that {@link PostgresServer.createDatabase} can copy in milliseconds. Does
   * nothing when the server has a template of this name.
   *
   * @param name - 1 to 32 of `a-z`, `0-9`, `_`.
   * @param prepare - Gets the URL of an empty database. It must close its connections.
   */
  createTemplate(name: string, prepare: (url: string) => Promise<void>): Promise<void>;
  /** Ends the server and deletes its data. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts a Postgres server on a free port of 127.0.0.1, in about a second. It ends with
 * {@link PostgresServer.stop}, with `await using`, and at the latest with this process. It takes
 * 200 connections.
 *
 * The server comes from the PATH or the usual places, is installed on Debian when we are root, or
 * runs in Docker. `PORTCULLIS_TEST_POSTGRES_URL` names one to use instead (as a superuser).
 *
 * @throws {@link TestServerError} with `NO_SERVER`, `START_FAILED`, `TIMED_OUT`, or with `NOT_OURS`
 *   when options are given for a server named by the environment.
 * @example
 * ```ts
 * import { startPostgres } from "@portcullis/test-servers";
 *
 * await using postgres = await startPostgres();
 * await using database = await postgres.createDatabase();
 * console.log(database.url);
 * ```
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const source = await chooseServerSource<PostgresExecutables>({
    product: {
      name: "Postgres",
      debianPackage: "postgresql",
      homebrewPackage: "postgresql@17",
      urlVariable,
    },
    externalUrl: process.env[urlVariable],
    findExecutable: () => findPostgres(process.env["PATH"]),
    canInstall: canInstallDebianPackages,
    install: () => installPostgresOnDebian(() => findPostgres(process.env["PATH"]) !== undefined),
    isDockerRunning,
  });
  if (source.kind === "external") {
    return useExternalServer(source.url, options);
  }

  const user = source.kind === "docker" ? undefined : unprivilegedUser("postgres");
  const folder = makeServerFolder("postgres", user);
  const password = makePassword();
  const settings = {
    max_connections: "200",
    ...(options.durable === true ? {} : fastSettings),
    ...options.settings,
  };
  try {
    if (source.kind === "executable") {
      await initPostgres(source.executable, user, folder, password);
    }
    const { process: server, port } = await startOnFreePort((freePort) =>
      source.kind === "docker"
        ? launchPostgresContainer(password, { port: freePort, folder, settings })
        : launchPostgresExecutable(source.executable, user, { port: freePort, folder, settings }),
    );
    const url = `postgres://${superuser}:${password}@127.0.0.1:${port}/postgres`;
    return serverAt(url, server.pid, async () => {
      await server.end();
      removeServerFolder(folder);
    });
  } catch (error) {
    removeServerFolder(folder);
    throw error;
  }
}

function useExternalServer(url: string, options: PostgresOptions): PostgresServer {
  if (options.durable !== undefined || options.settings !== undefined) {
    throw new TestServerError(
      "NOT_OURS",
      `The Postgres server of ${urlVariable} takes no settings: unset the variable to run this test.`,
    );
  }
  return serverAt(url, undefined, async () => undefined);
}

function serverAt(url: string, pid: number | undefined, stop: () => Promise<void>): PostgresServer {
  return {
    url,
    port: Number(new URL(url).port || "5432"),
    pid,
    createDatabase: (template) => createDatabase(url, "test", template),
    createTemplate: async (name, prepare) => {
      requireDatabaseName(name);
      await ensureTemplate(url, name, prepare, prepareTimeoutMs);
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
