import type { Post } from "@portcullis/app-server/contract";

/** Title and text of a post, and when they were sent. */
export interface PendingText {
  readonly title: string;
  readonly body: string;
  readonly sentAtMs: number;
}

/**
 * What was sent and is not answered yet. It is laid over what the server has said, so that nothing the
 * server says meanwhile undoes it; and where it is refused, there is nothing to put back.
 */
export interface PendingChanges {
  readonly created: readonly PendingText[];
  /** By the id of the post. */
  readonly updated: ReadonlyMap<string, PendingText>;
  readonly removed: ReadonlySet<string>;
}

/** The posts of the server with what is pending. Posts that are being created come by themselves. */
export function withPending(
  posts: readonly Post[],
  pending: Pick<PendingChanges, "updated" | "removed">,
): readonly Post[] {
  return posts.filter(({ id }) => !pending.removed.has(id)).map((post) => edited(post, pending));
}

/** A post with the edit that is pending for it, if there is one. */
export function edited(post: Post, { updated }: Pick<PendingChanges, "updated">): Post {
  const text = updated.get(post.id);
  if (text === undefined) return post;
  const { title, body, sentAtMs } = text;
  return { ...post, title, body, updatedAt: new Date(sentAtMs).toISOString() };
}
