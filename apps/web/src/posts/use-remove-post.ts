import { useMutation } from "@tanstack/react-query";
import { trpc } from "../client.ts";
import { showToast } from "../ui/show-toast.ts";
import { dropPost, refreshPosts } from "./post-cache.ts";
import { postErrorText } from "./post-error-text.ts";

/** Deletes a post; {@link usePendingChanges} has it away meanwhile. */
export function useRemovePost() {
  return useMutation(
    trpc.posts.remove.mutationOptions({
      onSuccess({ id }) {
        dropPost(id);
        showToast("The post is deleted.");
      },
      onError(error) {
        showToast(`The post was not deleted. ${postErrorText(error)}`, "bad");
      },
      onSettled: refreshPosts,
    }),
  );
}
