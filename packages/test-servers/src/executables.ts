import { accessSync, constants, existsSync, globSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

const usualPostgresFolders = [
  "/usr/lib/postgresql/*/bin",
  "/usr/pgsql-*/bin",
  "/usr/local/pgsql/bin",
  "/opt/homebrew/opt/postgresql@*/bin",
  "/usr/local/opt/postgresql@*/bin",
];
const usualFolders = ["/usr/local/bin", "/usr/bin", "/usr/sbin", "/opt/homebrew/bin"];

/** Where the two programs of a Postgres server lie. */
export interface PostgresExecutables {
  postgres: string;
  initdb: string;
}

/** Postgres from the PATH, else the highest version in the usual places. */
export function findPostgres(path: string | undefined): PostgresExecutables | undefined {
  const inUsualPlaces = usualPostgresFolders.flatMap((pattern) =>
    globSync(pattern).toSorted(byVersion).toReversed(),
  );
  for (const folder of [...folders(path), ...inUsualPlaces]) {
    const postgres = executableIn(folder, "postgres");
    // A PATH often holds only links to some of the programs; the others lie beside the real file.
    const initdb =
      postgres === undefined ? undefined : executableIn(dirname(realpathSync(postgres)), "initdb");
    if (postgres !== undefined && initdb !== undefined) {
      return { postgres, initdb };
    }
  }
  return undefined;
}

/** A Redis or Valkey server from the PATH, else from the usual places. */
export function findRedis(path: string | undefined): string | undefined {
  return findOnPath(path, "redis-server") ?? findOnPath(path, "valkey-server");
}

/** Chromium without its windows, from the PATH, else from the usual places. */
export function findHeadlessShell(path: string | undefined): string | undefined {
  return findOnPath(path, "chromium-headless-shell");
}

/** A Chromium, or a Chrome, from the PATH, else from the usual places. */
export function findChromium(path: string | undefined): string | undefined {
  const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
  return names.map((name) => findOnPath(path, name)).find((file) => file !== undefined);
}

/** Orders folder names by the numbers in them, so that 9 stands before 15. */
export function byVersion(left: string, right: string): number {
  return left.localeCompare(right, "en", { numeric: true });
}

function findOnPath(path: string | undefined, name: string): string | undefined {
  return [...folders(path), ...usualFolders]
    .map((folder) => executableIn(folder, name))
    .find((file) => file !== undefined);
}

function folders(path: string | undefined): string[] {
  return (path ?? "").split(delimiter).filter((folder) => folder !== "");
}

function executableIn(folder: string, name: string): string | undefined {
  const file = join(folder, name);
  if (!existsSync(file)) {
    return undefined;
  }
  try {
    accessSync(file, constants.X_OK);
    return file;
  } catch {
    // A file that is there and that we may not run is the same to us as no file.
    return undefined;
  }
}
