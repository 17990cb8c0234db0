import type { Auth } from "@portcullis/server";
import { createPostProcedures } from "./posts/post-procedures.ts";
import type { PostRepository } from "./posts/post-repository.ts";
import { createRoot } from "./trpc.ts";

/** The router of the service. Its type for clients is `AppRouter` in `contract.ts`. */
export function createAppRouter(auth: Auth, posts: PostRepository) {
  const t = createRoot(auth);
  return t.router({ auth: auth.router, posts: createPostProcedures(t, auth, posts) });
}

export type BuiltAppRouter = ReturnType<typeof createAppRouter>;
