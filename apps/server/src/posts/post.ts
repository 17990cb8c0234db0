import { z } from "zod";
import type { Post } from "../contract.ts";

/** Checks posts on their way out of the cache. */
export const postSchema: z.ZodType<Post> = z.strictObject({
  id: z.uuid(),
  authorId: z.uuid(),
  title: z.string(),
  body: z.string(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
