import type { Auth } from "@portcullis/server";
import type { ServiceHealth } from "./contract.ts";
import { createServiceProcedures } from "./health/service-procedures.ts";
import type { Lab } from "./lab/lab.ts";
import { createLabProcedures } from "./lab/lab-procedures.ts";
import { createPostProcedures } from "./posts/post-procedures.ts";
import type { PostRepository } from "./posts/post-repository.ts";
import { createRoot } from "./trpc.ts";

/** What the procedures of the service stand on. */
export interface AppParts {
  readonly auth: Auth;
  readonly posts: PostRepository;
  readonly checkHealth: () => Promise<ServiceHealth>;
  /** Undefined where it is off. */
  readonly lab: Lab | undefined;
}

/** The router of the service. Its type for clients is `AppRouter` in `contract.ts`. */
export function createAppRouter({ auth, posts, checkHealth, lab }: AppParts) {
  const t = createRoot(auth);
  const procedures = {
    auth: auth.router,
    posts: createPostProcedures(t, auth, posts),
    service: createServiceProcedures(t, auth, checkHealth),
  };
  const withLab = (on: Lab) => t.router({ ...procedures, lab: createLabProcedures(t, auth, on) });
  if (lab !== undefined) return withLab(lab);
  // A call of what is not there is refused as `NOT_FOUND`, which clients of the lab expect.
  return t.router(procedures) as unknown as ReturnType<typeof withLab>;
}

export type BuiltAppRouter = ReturnType<typeof createAppRouter>;
