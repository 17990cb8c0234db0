import type { UserSummary } from "../contract.ts";
import type { ListedUser } from "../repositories/user-list.ts";
import { isBanned } from "../sessions/admit-user.ts";
import { viewUser } from "../user-view.ts";

/** A user as admins see them: named field by field, so that a new column stays inside. */
export function summarizeUser(user: ListedUser, nowMs: number): UserSummary {
  const { bannedAt, banExpiresAt, banReason } = user;
  return {
    ...viewUser(user),
    createdAt: new Date(user.createdAt).toISOString(),
    ban:
      bannedAt === null || !isBanned(user, nowMs)
        ? null
        : {
            bannedAt: new Date(bannedAt).toISOString(),
            reason: banReason,
            expiresAt: banExpiresAt === null ? null : new Date(banExpiresAt).toISOString(),
          },
  };
}
