import type { UserRecord } from "../repositories/users.ts";

/** The rules that everything which makes or accepts a token applies to its user. */
export interface AdmissionRules {
  readonly requireVerifiedEmail: boolean;
}

export type Admission =
  | { readonly kind: "admitted" }
  | { readonly kind: "refused"; readonly cause: "banned" | "unverified" };

/** Whether a user may have a session now: the one gate of login, refresh, and each check of a token. */
export function admitUser(
  user: Pick<UserRecord, "bannedAt" | "banExpiresAt" | "emailVerifiedAt">,
  rules: AdmissionRules,
  nowMs: number,
): Admission {
  if (isBanned(user, nowMs)) return { kind: "refused", cause: "banned" };
  if (rules.requireVerifiedEmail && user.emailVerifiedAt === null) {
    return { kind: "refused", cause: "unverified" };
  }
  return { kind: "admitted" };
}

export function isBanned(
  user: Pick<UserRecord, "bannedAt" | "banExpiresAt">,
  nowMs: number,
): boolean {
  return user.bannedAt !== null && (user.banExpiresAt === null || user.banExpiresAt > nowMs);
}
