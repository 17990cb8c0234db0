import type { AppRouter } from "@portcullis/app-server/contract";
import { createPortcullisClient } from "@portcullis/client";
import { createTRPCOptionsProxy } from "@trpc/tanstack-react-query";
import { queryClient } from "./query-client.ts";

/** The one client of the page: what it knows of who is signed in is the same in all tabs. */
export const client = createPortcullisClient<AppRouter>({
  url: new URL("/trpc", location.origin),
  onSignedOut: () => queryClient.clear(),
});

/** Options of queries and mutations, for the hooks of TanStack Query. */
export const trpc = createTRPCOptionsProxy<AppRouter>({ client: client.api, queryClient });
