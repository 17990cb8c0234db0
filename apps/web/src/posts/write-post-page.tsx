import { useSignedInUser } from "@portcullis/react";
import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Page } from "../ui/page.tsx";
import { newPostDraft } from "./draft.ts";
import { PostForm } from "./post-form.tsx";
import { useCreatePost } from "./use-create-post.ts";

const nothing = { title: "", body: "" };

export function WritePostPage(): ReactNode {
  const user = useSignedInUser();
  const navigate = useNavigate();
  const { mutate } = useCreatePost();
  const leave = (): void => void navigate({ to: "/posts" });
  return (
    <Page
      title="Write a post"
      lead="Everybody can read it. A draft stays in this tab until it is published."
      width="column"
    >
      <PostForm
        draftKey={newPostDraft(user.id)}
        published={nothing}
        action="Publish"
        onSubmit={(text) => {
          mutate(text);
          leave();
        }}
        onCancel={leave}
      />
    </Page>
  );
}
