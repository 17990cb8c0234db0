import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { CustomStorage } from "@portcullis/client";

/** Keeps the session of a command-line tool in a file that only its user can read. */
export function sessionFile(path: string): CustomStorage {
  return {
    async load() {
      const text = await readFile(path, "utf8").catch(() => undefined);
      return text === undefined ? undefined : JSON.parse(text);
    },
    async save(record) {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const next = `${path}.${process.pid}`;
      await writeFile(next, JSON.stringify(record), { mode: 0o600 });
      // Renamed into its place, so that nobody ever reads half of it.
      await rename(next, path);
    },
    clear: () => rm(path, { force: true }),
  };
}
