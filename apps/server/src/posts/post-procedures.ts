import { isDeepStrictEqual } from "node:util";
import type { Auth } from "@portcullis/server";
import { TRPCError } from "@trpc/server";
import type { Root } from "../trpc.ts";
import type { Post } from "../contract.ts";
import { createInput } from "./create-input.ts";
import { byIdInput, listInput, removeInput, updateInput } from "./post-input.ts";
import type { ChangeOutcome, PostRepository } from "./post-repository.ts";

/** The procedures of the posts: everyone reads, signed-in users write, authors change their own. */
export function createPostProcedures(t: Root, auth: Auth, posts: PostRepository) {
  const signedIn = t.procedure.concat(auth.signedIn);
  return {
    create: signedIn
      .input(createInput)
      .mutation(({ ctx, input }) => posts.create(ctx.auth.user, input)),
    list: t.procedure
      .input(listInput)
      .query(({ input: { cursor, limit } }) =>
        posts.list({ limit, ...(cursor === undefined ? {} : { after: cursor }) }),
      ),
    byId: t.procedure.input(byIdInput).query(async ({ input }) => {
      const post = await posts.byId(input.id);
      if (post === undefined) throw notFound();
      return post;
    }),
    onChange: signedIn
      .input(byIdInput)
      .subscription(({ input, signal }) => changesOf(posts.watch(input.id, signal))),
    update: signedIn
      .input(updateInput)
      .mutation(async ({ ctx, input: { id, ...text } }) =>
        changed(await posts.update(id, ctx.auth.user, text)),
      ),
    remove: signedIn.input(removeInput).mutation(async ({ ctx, input }) => {
      const { id } = changed(await posts.remove(input.id, ctx.auth.user));
      return { id };
    }),
  };
}

/** The post as it is and after each change, until it is removed. */
async function* changesOf(states: AsyncIterable<Post | undefined>): AsyncGenerator<Post, void> {
  let last: Post | undefined;
  for await (const post of states) {
    if (post === undefined && last === undefined) throw notFound();
    if (post === undefined) return;
    if (isDeepStrictEqual(post, last)) continue;
    last = post;
    yield post;
  }
}

function changed(outcome: ChangeOutcome): Post {
  switch (outcome.kind) {
    case "changed":
      return outcome.post;
    case "not_found":
      throw notFound();
    case "forbidden":
      throw new TRPCError({ code: "FORBIDDEN", message: "The post belongs to another author." });
  }
}

function notFound(): TRPCError {
  return new TRPCError({ code: "NOT_FOUND", message: "There is no such post." });
}
