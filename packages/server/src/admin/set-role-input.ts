import { z } from "zod";
import { lowerCaseUuidSchema } from "../text-rules.ts";

/**
 * Makes the input of `auth.admin.users.setRole`.
 *
 * @param roles The names of all roles there are: `user`, `admin`, and those of the option
 * `roles.custom`.
 */
export function createSetRoleInput(roles: readonly [string, ...string[]]) {
  return z.strictObject({
    userId: lowerCaseUuidSchema,
    role: z.enum(roles, `The role must be one of ${roles.join(", ")}.`),
  });
}
