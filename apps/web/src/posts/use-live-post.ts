import { useSubscription } from "@trpc/tanstack-react-query";
import { trpc } from "../client.ts";
import { queryClient } from "../query-client.ts";
import { replacePost } from "./post-cache.ts";

/** Shows a post's changes as they are made, and asks for it once more when there are no more. */
export function useLivePost(id: string, isSignedIn: boolean): void {
  useSubscription(
    trpc.posts.onChange.subscriptionOptions(
      { id },
      {
        enabled: isSignedIn,
        onData: replacePost,
        onConnectionStateChange({ state }) {
          // A subscription that ends by itself is that of a post that was removed.
          if (state === "idle") {
            void queryClient.invalidateQueries(trpc.posts.byId.queryFilter({ id }));
          }
        },
      },
    ),
  );
}
