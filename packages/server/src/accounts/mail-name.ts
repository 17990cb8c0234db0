import type { UserRecord } from "../repositories/users.ts";

/**
 * The name that a mail may print. Until the address is verified a stranger may have chosen it, and
 * would have us print it to the owner of the address.
 */
export function mailName(user: Pick<UserRecord, "name" | "emailVerifiedAt">): string | null {
  return user.emailVerifiedAt === null ? null : user.name;
}
