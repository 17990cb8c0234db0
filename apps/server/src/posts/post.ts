import { lowerCaseUuidSchema } from "@portcullis/server";
import { z } from "zod";
import type { Post } from "../contract.ts";

/** What the table of the posts has of one. The author's name is theirs to change, and kept with them. */
export type StoredPost = Omit<Post, "authorName">;

/** Checks posts on their way out of the cache. */
export const storedPostSchema: z.ZodType<StoredPost> = z.strictObject({
  id: lowerCaseUuidSchema,
  authorId: lowerCaseUuidSchema,
  title: z.string(),
  body: z.string(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
