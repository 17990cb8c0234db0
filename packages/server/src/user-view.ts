import type { User } from "./contract.ts";
import type { UserRecord } from "./repositories/users.ts";

/** The part of a user that the API shows: named field by field, so that a new column stays inside. */
export function viewUser(user: UserRecord): User {
  return {
    id: user.id,
    email: user.email,
    name: user.name,
    role: user.role,
    emailVerified: user.emailVerifiedAt !== null,
  };
}
