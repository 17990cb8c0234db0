import { z } from "zod";

/** A post, as the API shows it. Times are ISO 8601 in UTC. */
export interface Post {
  readonly id: string;
  readonly authorId: string;
  readonly title: string;
  readonly body: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Checks posts on their way out of the cache. */
export const postSchema: z.ZodType<Post> = z.strictObject({
  id: z.uuid(),
  authorId: z.uuid(),
  title: z.string(),
  body: z.string(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
