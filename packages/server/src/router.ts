import type { AuthProcedures, AuthRouter } from "./contract.ts";
import { createProcedures } from "./procedures.ts";
import type { Parts } from "./parts.ts";
import type { Root } from "./trpc.ts";

/** Builds the router under its hand-written type: the inferred one carries our context to clients. */
export function createRouter(root: Root, parts: Parts): AuthRouter {
  const procedures: AuthProcedures = createProcedures(root, parts);
  return root.router(procedures) as unknown as AuthRouter;
}
