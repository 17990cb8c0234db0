import type { Post } from "@portcullis/app-server/contract";

/** Who wrote a post, in a word. */
export function authorOf({ authorName }: Pick<Post, "authorName">): string {
  return authorName ?? "Former member";
}
