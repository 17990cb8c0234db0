import { createPortcullisClient } from "@portcullis/client";
import type { AppRouter } from "../api/router.ts";

export const client = createPortcullisClient<AppRouter>({
  url: new URL("/trpc", location.href),
  // In every tab: what is kept of one user is not for the next.
  onSignedOut: () => sessionStorage.clear(),
});
