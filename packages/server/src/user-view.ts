import type { User } from "./contract.ts";

/** The part of a user that the API shows: named field by field, so that a new column stays inside. */
export function viewUser(user: User): User {
  return { id: user.id, email: user.email, name: user.name, role: user.role };
}
