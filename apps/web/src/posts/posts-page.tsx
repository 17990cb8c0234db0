import type { Post } from "@portcullis/app-server/contract";
import { useSession } from "@portcullis/react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { NotebookPen, PenLine } from "lucide-react";
import type { ReactNode } from "react";
import { Badge } from "../ui/badge.tsx";
import { Button, buttonLook } from "../ui/button.tsx";
import { Card } from "../ui/card.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { Page } from "../ui/page.tsx";
import { QueryTrouble } from "../ui/query-trouble.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { Time } from "../ui/time.tsx";
import { authorOf } from "./author-name.ts";
import { newPostDraft, readDraft } from "./draft.ts";
import { withPending, type PendingText } from "./pending-changes.ts";
import { postList } from "./post-cache.ts";
import { usePendingChanges } from "./use-pending-changes.ts";
import "./posts.css";

export function PostsPage(): ReactNode {
  return (
    <Page
      title="Posts"
      lead="What people here have written, newest first."
      actions={<WriteAction />}
      width="column"
    >
      <PostList />
    </Page>
  );
}

/** What one can do about writing. Its room is there before it is known who is signed in. */
function WriteAction(): ReactNode {
  const session = useSession();
  return (
    <div className="posts__write">
      {session.status === "signedIn" && <WriteLink userId={session.user.id} />}
      {(session.status === "signedOut" || session.status === "expired") && (
        <p className="muted">
          <Link to="/sign-in" search={{ next: "/posts/new" }}>
            Sign in
          </Link>{" "}
          to write a post.
        </p>
      )}
    </div>
  );
}

function WriteLink({ userId }: { readonly userId: string }): ReactNode {
  const { created } = usePendingChanges();
  // What is being published is a draft until the server has taken it.
  const hasDraft = created.length === 0 && readDraft(newPostDraft(userId)) !== undefined;
  return (
    <Link to="/posts/new" {...buttonLook({ variant: "primary" })}>
      <PenLine aria-hidden />
      {hasDraft ? "Continue your draft" : "Write a post"}
    </Link>
  );
}

function PostList(): ReactNode {
  const list = useInfiniteQuery(postList);
  const pending = usePendingChanges();
  const posts =
    list.data &&
    withPending(
      list.data.pages.flatMap((page) => page.posts),
      pending,
    );
  const shownCount = (posts?.length ?? 0) + pending.created.length;
  return (
    <>
      {posts === undefined && list.error === null && <LoadingPosts />}
      {list.error !== null && (
        <QueryTrouble error={list.error} retry={list.refetch} isBusy={list.isFetching} />
      )}
      {posts !== undefined && shownCount === 0 && (
        <Card>
          <EmptyState icon={NotebookPen} title="Nobody has written anything yet">
            The first post could be yours.
          </EmptyState>
        </Card>
      )}
      {shownCount > 0 && (
        <ul className="posts" aria-label="Posts">
          {pending.created.map((text) => (
            <PendingItem key={text.sentAtMs} text={text} />
          ))}
          {posts?.map((post) => (
            <PostItem key={post.id} post={post} />
          ))}
        </ul>
      )}
      {list.hasNextPage && (
        <div className="posts__more">
          <Button isBusy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
    </>
  );
}

function PostItem({ post }: { readonly post: Post }): ReactNode {
  return (
    <li className="post-item card">
      <h2 className="post-item__title">
        <Link to="/posts/$postId" params={{ postId: post.id }}>
          {post.title}
        </Link>
      </h2>
      <p className="post-item__text">{post.body}</p>
      <p className="post-meta">
        <span>{authorOf(post)}</span>
        <Time at={post.createdAt} />
      </p>
    </li>
  );
}

/** A post that is on its way to the server. */
function PendingItem({ text: { title, body } }: { readonly text: PendingText }): ReactNode {
  return (
    <li className="post-item card" data-pending>
      <h2 className="post-item__title">{title}</h2>
      <p className="post-item__text">{body}</p>
      <p className="post-meta">
        <Badge tone="info">Publishing…</Badge>
      </p>
    </li>
  );
}

/** As tall as the posts that come: nothing moves then. */
function LoadingPosts(): ReactNode {
  return (
    <div className="posts">
      {[1, 2, 3].map((line) => (
        <div key={line} className="card">
          <Skeleton lines={4} />
        </div>
      ))}
    </div>
  );
}
