import type { Post } from "@portcullis/app-server/contract";
import { useSignedInUser } from "@portcullis/react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { Lock } from "lucide-react";
import type { ReactNode } from "react";
import { trpc } from "../client.ts";
import { buttonLook } from "../ui/button.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { Page } from "../ui/page.tsx";
import { QueryTrouble } from "../ui/query-trouble.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { editDraft } from "./draft.ts";
import { NoPost } from "./no-post.tsx";
import { isNoPost } from "./post-error-text.ts";
import { PostForm } from "./post-form.tsx";
import { useUpdatePost } from "./use-update-post.ts";

const route = getRouteApi("/signed-in/posts/$postId/edit");

export function EditPostPage(): ReactNode {
  const { postId } = route.useParams();
  const user = useSignedInUser();
  const { data: post, error, refetch } = useQuery(trpc.posts.byId.queryOptions({ id: postId }));
  return (
    <Page title="Edit post" width="column">
      {post !== undefined && post.authorId === user.id && <EditPost key={post.id} post={post} />}
      {post !== undefined && post.authorId !== user.id && (
        <EmptyState
          icon={Lock}
          title="This post is somebody else's"
          action={
            <Link to="/posts/$postId" params={{ postId }} {...buttonLook()}>
              Read it
            </Link>
          }
        >
          Only its author can change it.
        </EmptyState>
      )}
      {post === undefined && error === null && <Skeleton lines={8} />}
      {post === undefined && isNoPost(error) && <NoPost />}
      {post === undefined && error !== null && !isNoPost(error) && (
        <QueryTrouble error={error} retry={refetch} />
      )}
    </Page>
  );
}

function EditPost({ post }: { readonly post: Post }): ReactNode {
  const user = useSignedInUser();
  const navigate = useNavigate();
  const { mutate } = useUpdatePost();
  const leave = (): void => void navigate({ to: "/posts/$postId", params: { postId: post.id } });
  return (
    <PostForm
      draftKey={editDraft(user.id, post.id)}
      published={post}
      action="Save"
      onSubmit={(text) => {
        mutate({ id: post.id, ...text });
        leave();
      }}
      onCancel={leave}
    />
  );
}
