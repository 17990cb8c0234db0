import type { AppRouter } from "@portcullis/app-server/contract";
import { useMutationState } from "@tanstack/react-query";
import type { inferRouterInputs } from "@trpc/server";
import { trpc } from "../client.ts";
import type { PendingChanges } from "./pending-changes.ts";

type Inputs = inferRouterInputs<AppRouter>["posts"];

/** The changes of posts that this page has sent and has no answer to. */
export function usePendingChanges(): PendingChanges {
  const created = usePending(trpc.posts.create.mutationKey());
  const updated = usePending(trpc.posts.update.mutationKey());
  const removed = usePending(trpc.posts.remove.mutationKey());
  // The key of a mutation says which procedure's input it has.
  return {
    created: created
      .map(({ input, sentAtMs }) => ({ ...(input as Inputs["create"]), sentAtMs }))
      .toReversed(),
    updated: new Map(
      updated.map(({ input, sentAtMs }) => {
        const { id, ...text } = input as Inputs["update"];
        return [id, { ...text, sentAtMs }];
      }),
    ),
    removed: new Set(removed.map(({ input }) => (input as Inputs["remove"]).id)),
  };
}

function usePending(
  mutationKey: readonly unknown[],
): readonly { readonly input: unknown; readonly sentAtMs: number }[] {
  return useMutationState({
    filters: { mutationKey, status: "pending" },
    select: ({ state }) => ({ input: state.variables, sentAtMs: state.submittedAt }),
  });
}
