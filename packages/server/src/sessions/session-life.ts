import type { SessionLife } from "../repositories/sessions.ts";
import type { UserRecord } from "../repositories/users.ts";
import { admitUser } from "./admit-user.ts";
import type { AdmissionRules } from "./admit-user.ts";

/** Whether a session still holds, by its row, its user and the realm as they are now. */
export function isSessionLive(
  session: SessionLife,
  user: UserRecord,
  tokenEpoch: number,
  rules: AdmissionRules,
  nowMs: number,
): boolean {
  return (
    session.revokedAt === null &&
    session.expiresAt > nowMs &&
    session.tokenVersion === user.tokenVersion &&
    session.tokenEpoch === tokenEpoch &&
    admitUser(user, rules, nowMs).kind === "admitted"
  );
}
