import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { createMemoryLimitStore } from "@portcullis/server";
import { createMemoryStore } from "@portcullis/write-through";
import { Kysely, PGliteDialect } from "kysely";
import type { Database, Storage } from "../storage.ts";
import { lockFolder } from "./folder-lock.ts";
import { readOrMakeSecret } from "./secret-file.ts";

/**
 * Opens, or makes, a Postgres inside this process whose files stand in `folder`.
 *
 * @throws StartError `folder_in_use` when another process has the folder open.
 */
export async function openEmbedded(folder: string): Promise<Storage> {
  const dataFolder = resolve(folder);
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  const unlock = await lockFolder(dataFolder);
  try {
    const secret = await readOrMakeSecret(dataFolder);
    const pglite = await openPostgres(join(dataFolder, "postgres"));
    const database = new Kysely<Database>({ dialect: new PGliteDialect({ pglite }) });
    return {
      database,
      store: createMemoryStore(),
      limitStore: createMemoryLimitStore(),
      secrets: [secret],
      async close() {
        // Closed here: Kysely leaves it open when it has not sent a statement.
        await database.destroy();
        if (!pglite.closed) await pglite.close();
        await unlock();
      },
    };
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function openPostgres(folder: string): Promise<PGlite> {
  try {
    return await PGlite.create(folder);
  } catch (cause) {
    // What it throws need not be an Error, and seldom says where.
    throw new Error(`The embedded Postgres in ${folder} could not be opened.`, { cause });
  }
}
