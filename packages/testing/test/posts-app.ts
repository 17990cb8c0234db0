import { once } from "node:events";
import type { Auth, AuthContext } from "@portcullis/server";
import { initTRPC, TRPCError } from "@trpc/server";
import type { Kysely } from "kysely";
import { z } from "zod";

/** An application as users write it: posts in a table of its own, and a role that moderates them. */
export interface PostsDatabase {
  readonly post: { readonly id: string; readonly author_id: string; readonly title: string };
}

export async function migratePosts(database: Kysely<PostsDatabase>): Promise<void> {
  await database.schema
    .createTable("post")
    .addColumn("id", "uuid", (column) => column.primaryKey())
    .addColumn("author_id", "uuid", (column) => column.notNull())
    .addColumn("title", "text", (column) => column.notNull())
    .execute();
}

export const postRoles = {
  permissions: ["posts:moderate"],
  custom: { moderator: ["posts:moderate"] },
};

export function createPostsApp(auth: Auth, database: Kysely<PostsDatabase>) {
  const t = initTRPC
    .context<AuthContext>()
    .create({ errorFormatter: auth.formatError, isDev: false });
  const byId = z.strictObject({ id: z.uuid() });
  return t.router({
    auth: auth.router,
    posts: {
      list: t.procedure.query(() =>
        database.selectFrom("post").select(["id", "title"]).orderBy("title").execute(),
      ),
      create: t.procedure
        .concat(auth.signedIn)
        .input(z.strictObject({ title: z.string().min(1).max(200) }))
        .mutation(async ({ ctx, input }) => {
          const id: string = crypto.randomUUID();
          const { title } = input;
          await database
            .insertInto("post")
            .values({ id, title, author_id: ctx.auth.user.id })
            .execute();
          return { id, title };
        }),
      remove: t.procedure
        .concat(auth.permitted("posts:moderate"))
        .input(byId)
        .mutation(async ({ input }) => {
          const { numDeletedRows } = await database
            .deleteFrom("post")
            .where("id", "=", input.id)
            .executeTakeFirstOrThrow();
          if (numDeletedRows === 0n) throw new TRPCError({ code: "NOT_FOUND" });
        }),
      watch: t.procedure.concat(auth.signedIn).subscription(async function* ({ ctx, signal }) {
        yield `Hello ${ctx.auth.user.name}`;
        if (signal !== undefined) await once(signal, "abort");
      }),
      fail: t.procedure.query(() => {
        throw new RangeError("The heart of the matter");
      }),
    },
  });
}
