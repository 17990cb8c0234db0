import { lowerCaseUuidSchema } from "@portcullis/server";
import { z } from "zod";
import type { Post } from "../contract.ts";

/** Checks posts on their way out of the cache. */
export const postSchema: z.ZodType<Post> = z.strictObject({
  id: lowerCaseUuidSchema,
  authorId: lowerCaseUuidSchema,
  title: z.string(),
  body: z.string(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
