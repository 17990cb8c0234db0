import { useMutation } from "@tanstack/react-query";
import { trpc } from "../client.ts";
import { showToast } from "../ui/show-toast.ts";
import { clearDraft, newPostDraft } from "./draft.ts";
import { addPost, refreshPosts } from "./post-cache.ts";
import { postErrorText } from "./post-error-text.ts";

/** Publishes a post; {@link usePendingChanges} has it meanwhile. */
export function useCreatePost() {
  return useMutation(
    trpc.posts.create.mutationOptions({
      onSuccess(post) {
        addPost(post);
        clearDraft(newPostDraft(post.authorId));
      },
      onError(error) {
        showToast(`Your post was not published; its draft is kept. ${postErrorText(error)}`, "bad");
      },
      onSettled: refreshPosts,
    }),
  );
}
