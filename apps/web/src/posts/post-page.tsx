import type { Post } from "@portcullis/app-server/contract";
import { useUser } from "@portcullis/react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { ArrowLeft, PenLine, Trash2 } from "lucide-react";
import { useState, type ReactNode } from "react";
import { trpc } from "../client.ts";
import { Button, buttonLook } from "../ui/button.tsx";
import { Card } from "../ui/card.tsx";
import { ConfirmDialog } from "../ui/confirm-dialog.tsx";
import { Page } from "../ui/page.tsx";
import { QueryTrouble } from "../ui/query-trouble.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { Time } from "../ui/time.tsx";
import { authorOf } from "./author-name.ts";
import { NoPost } from "./no-post.tsx";
import { edited } from "./pending-changes.ts";
import { knownPost } from "./post-cache.ts";
import { isNoPost } from "./post-error-text.ts";
import { useLivePost } from "./use-live-post.ts";
import { usePendingChanges } from "./use-pending-changes.ts";
import { useRemovePost } from "./use-remove-post.ts";
import "./posts.css";

const route = getRouteApi("/posts/$postId");

export function PostPage(): ReactNode {
  const { postId } = route.useParams();
  const user = useUser();
  const { data, error, isFetching, refetch } = useQuery(
    trpc.posts.byId.queryOptions({ id: postId }, { placeholderData: () => knownPost(postId) }),
  );
  useLivePost(postId, user !== undefined);
  const isGone = isNoPost(error);
  const pending = usePendingChanges();
  const post = isGone || data === undefined ? undefined : edited(data, pending);
  return (
    <Page
      title={post?.title ?? (isGone ? "No such post" : "Post")}
      {...(post !== undefined && { lead: <Byline post={post} /> })}
      width="column"
    >
      {post !== undefined && (
        <Card>
          <p className="post__text">{post.body}</p>
        </Card>
      )}
      {post === undefined && error === null && (
        <Card>
          <Skeleton lines={6} />
        </Card>
      )}
      {isGone && <NoPost wasShown={data !== undefined} />}
      {error !== null && !isGone && (
        <QueryTrouble error={error} retry={refetch} isBusy={isFetching} />
      )}
      <div className="post__actions">
        <Link to="/posts" {...buttonLook({ variant: "quiet", size: "small" })}>
          <ArrowLeft aria-hidden /> All posts
        </Link>
        {post !== undefined && post.authorId === user?.id && <AuthorActions post={post} />}
      </div>
    </Page>
  );
}

function Byline({ post }: { readonly post: Post }): ReactNode {
  return (
    <span className="post-meta">
      <span>{authorOf(post)}</span>
      <Time at={post.createdAt} />
      {post.updatedAt !== post.createdAt && (
        <span>
          edited <Time at={post.updatedAt} />
        </span>
      )}
    </span>
  );
}

function AuthorActions({ post }: { readonly post: Post }): ReactNode {
  const navigate = useNavigate();
  const { mutate } = useRemovePost();
  const [isAsking, setIsAsking] = useState(false);
  return (
    <>
      <Link
        to="/posts/$postId/edit"
        params={{ postId: post.id }}
        {...buttonLook({ size: "small" })}
      >
        <PenLine aria-hidden /> Edit
      </Link>
      <Button size="small" onClick={() => setIsAsking(true)}>
        <Trash2 aria-hidden /> Delete
      </Button>
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setIsAsking(false)}
        title="Delete this post?"
        lead="It is gone for everybody, and cannot be brought back."
        action="Delete post"
        isBusy={false}
        onConfirm={() => {
          mutate({ id: post.id });
          void navigate({ to: "/posts" });
        }}
      />
    </>
  );
}
