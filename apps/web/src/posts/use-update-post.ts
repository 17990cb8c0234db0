import { useMutation } from "@tanstack/react-query";
import { trpc } from "../client.ts";
import { showToast } from "../ui/show-toast.ts";
import { clearDraft, editDraft } from "./draft.ts";
import { refreshPosts, replacePost } from "./post-cache.ts";
import { postErrorText } from "./post-error-text.ts";

/** Changes a post; {@link usePendingChanges} has the change meanwhile. */
export function useUpdatePost() {
  return useMutation(
    trpc.posts.update.mutationOptions({
      onSuccess(post) {
        replacePost(post);
        clearDraft(editDraft(post.authorId, post.id));
      },
      onError(error) {
        showToast(
          `Your changes were not saved; they are kept as a draft. ${postErrorText(error)}`,
          "bad",
        );
      },
      onSettled: refreshPosts,
    }),
  );
}
