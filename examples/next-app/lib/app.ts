import "server-only";
import { mkdir } from "node:fs/promises";
import { PGlite } from "@electric-sql/pglite";
import { createAuth, createMemoryOutbox, migrateAuth, type AuthContext } from "@portcullis/server";
import {
  createMemoryStore,
  createWriteThroughCache,
  migrateWriteThrough,
} from "@portcullis/write-through";
import { initTRPC } from "@trpc/server";
import { Kysely, PGliteDialect } from "kysely";
import { z } from "zod";
import { addNote, notesOf, noteSchema } from "./notes.ts";

const appUrl = process.env["APP_URL"] ?? "http://localhost:3000";

async function makeApp() {
  const folder = process.env["DATA_DIR"] ?? ".data";
  await mkdir(folder, { recursive: true });
  const pglite = await PGlite.create(`${folder}/postgres`);
  const database = new Kysely<object>({ dialect: new PGliteDialect({ pglite }) });
  await migrateWriteThrough(database);
  await migrateAuth(database);
  const cache = createWriteThroughCache({ database, store: createMemoryStore() });
  await cache.start();

  // An application would send its mails; this one prints them.
  const outbox = createMemoryOutbox();
  const auth = createAuth({
    database,
    cache,
    secret: process.env["AUTH_SECRET"] ?? "a secret for an example, 32 bytes at least",
    tokens: { issuer: appUrl, audience: appUrl },
    mail: {
      transport: {
        async send(message, signal) {
          await outbox.transport.send(message, signal);
          console.log(message.text);
        },
      },
      from: "notes@example.com",
      appUrl,
    },
  });
  await auth.start();

  const t = initTRPC
    .context<AuthContext>()
    .create({ errorFormatter: auth.formatError, isDev: false });
  const appRouter = t.router({
    auth: auth.router,
    notes: t.router({
      list: t.procedure.concat(auth.signedIn).query(({ ctx }) => notesOf(ctx.auth.user.id)),
      add: t.procedure
        .concat(auth.signedIn)
        .input(z.strictObject({ text: noteSchema }))
        .mutation(({ ctx, input }) => addNote(ctx.auth.user.id, input.text)),
    }),
  });
  return { auth, appRouter };
}

type App = Awaited<ReturnType<typeof makeApp>>;
export type AppRouter = App["appRouter"];

const kept = globalThis as { portcullisApp?: Promise<App> };

/** One for the process, made at the first request: `next build` opens no database. */
export function getApp(): Promise<App> {
  return (kept.portcullisApp ??= makeApp());
}
