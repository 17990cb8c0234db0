import type { AuthContext } from "@portcullis/server";
import { initTRPC } from "@trpc/server";
import { z } from "zod";
import { auth } from "./auth.ts";

const t = initTRPC
  .context<AuthContext>()
  .create({ errorFormatter: auth.formatError, isDev: false });

/** Newest first. */
const notes = new Map<string, string[]>();

export const appRouter = t.router({
  auth: auth.router,
  notes: t.router({
    list: t.procedure.concat(auth.signedIn).query(({ ctx }) => notes.get(ctx.auth.user.id) ?? []),
    add: t.procedure
      .concat(auth.signedIn)
      .input(z.strictObject({ text: z.string().trim().min(1).max(200) }))
      .mutation(({ ctx, input }) => {
        const own = [input.text, ...(notes.get(ctx.auth.user.id) ?? [])].slice(0, 100);
        notes.set(ctx.auth.user.id, own);
        return own.length;
      }),
  }),
});

export type AppRouter = typeof appRouter;
