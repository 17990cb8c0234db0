import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PGlite } from "@electric-sql/pglite";

let shared: Promise<Blob> | undefined;

/**
 * The files of an empty Postgres. Making them takes seconds, so it is done once, and the next
 * processes read them from a file in the folder for temporary files.
 */
export function initialData(): Promise<Blob> {
  shared ??= readOrMake();
  return shared;
}

async function readOrMake(): Promise<Blob> {
  const folder = join(tmpdir(), `portcullis-testing-${ownUid()}`);
  const file = join(folder, `postgres-of-pglite-${await pgliteVersion()}.tar`);
  const kept = await readIfOwn(file);
  if (kept !== undefined) return new Blob([kept]);
  const data = await make();
  try {
    await keep(folder, file, data);
  } catch (error) {
    // It is a matter of speed only, and somebody may wonder why each start is slow.
    process.emitWarning(
      `@portcullis/testing could not keep ${file}, so the first start of each process stays slow: ${String(error)}`,
      "PortcullisWarning",
    );
  }
  return data;
}

async function make(): Promise<Blob> {
  const pglite = await PGlite.create();
  try {
    return await pglite.dumpDataDir("none");
  } finally {
    await pglite.close();
  }
}

/** A file of another user could hold anything, so it is not taken. What cannot be read is made anew. */
async function readIfOwn(file: string): Promise<Buffer<ArrayBuffer> | undefined> {
  try {
    const { uid } = await stat(file);
    return uid === ownUid() ? await readFile(file) : undefined;
  } catch {
    return undefined;
  }
}

/** Appears with all of its content or not at all, whoever else writes it at the same time. */
async function keep(folder: string, file: string, data: Blob): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomUUID()}`;
  try {
    await writeFile(draft, data.stream(), { flag: "wx", mode: 0o600 });
    await rename(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
}

/** As `stat` says it; 0 where files have no owners. */
function ownUid(): number {
  return process.getuid?.() ?? 0;
}

/** Data of one version need not suit another. */
async function pgliteVersion(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve("@electric-sql/pglite");
  const manifest = await readFile(join(dirname(entry), "..", "package.json"), "utf8");
  return (JSON.parse(manifest) as { readonly version: string }).version;
}
