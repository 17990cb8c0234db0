import { mkdir } from "node:fs/promises";
import { PGlite } from "@electric-sql/pglite";
import { createAuth, createMemoryOutbox, migrateAuth } from "@portcullis/server";
import {
  createMemoryStore,
  createWriteThroughCache,
  migrateWriteThrough,
} from "@portcullis/write-through";
import { Kysely, PGliteDialect } from "kysely";

const folder = process.env["DATA_DIR"] ?? ".data";
export const appUrl = process.env["APP_URL"] ?? "http://localhost:5173";
await mkdir(folder, { recursive: true });
const pglite = await PGlite.create(`${folder}/postgres`);
const database = new Kysely<object>({ dialect: new PGliteDialect({ pglite }) });
await migrateWriteThrough(database);
await migrateAuth(database);

const cache = createWriteThroughCache({ database, store: createMemoryStore() });
await cache.start();

/** Mails stay in memory: this is an example, and nobody is to be written to. */
export const outbox = createMemoryOutbox();

export const auth = createAuth({
  database,
  cache,
  secret: process.env["AUTH_SECRET"] ?? "a secret for an example, 32 bytes at least",
  tokens: { issuer: appUrl, audience: appUrl },
  mail: { transport: outbox.transport, from: "notes@example.com", appUrl },
});
await auth.start();

export async function close(): Promise<void> {
  await auth.stop();
  await cache.stop();
  await database.destroy();
  if (!pglite.closed) await pglite.close();
}
