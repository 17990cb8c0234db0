import type { Parts } from "../parts.ts";
import { createSignedIn } from "../signed-in.ts";
import type { SignedInProcedure } from "../signed-in.ts";
import { InvalidAuthOptionsError } from "../start-errors.ts";
import type { Root } from "../trpc.ts";
import { adminRole } from "./permissions.ts";

/** Makes the plug-ins that let a call through when the caller's role permits something. */
export function createPermitted(root: Root, parts: Parts): Permitted {
  return (permission: string) => {
    // A misspelt permission would be refused to everybody, and for good.
    if (!parts.roles.permits(adminRole, permission)) {
      throw new InvalidAuthOptionsError(
        `permitted(${JSON.stringify(permission)}): add it to roles.permissions, ` +
          "or correct its spelling",
      );
    }
    return createSignedIn(root, parts, { permission });
  };
}

/**
 * The type of `auth.permitted`, for `t.procedure.concat(auth.permitted("posts:moderate"))`.
 *
 * It throws `InvalidAuthOptionsError` when there is no such permission. Written out, so that the
 * declarations of the package do not carry what stands behind it.
 */
export type Permitted = (permission: string) => SignedInProcedure;
