import type { RefusalCause } from "../events.ts";
import type { RealmRecord } from "../repositories/realm.ts";
import type { SessionRecord } from "../repositories/sessions.ts";
import type { UserRecord } from "../repositories/users.ts";
import { admitUser } from "../sessions/admit-user.ts";
import type { AdmissionRules } from "../sessions/admit-user.ts";
import type { AccessTokenClaims } from "../tokens/claims.ts";

export type TokenVerdict =
  | { readonly kind: "accepted"; readonly user: UserRecord; readonly session: SessionRecord }
  | { readonly kind: "refused"; readonly cause: RefusalCause };

/** Whether a token that we signed still holds, by the rows as they are now. */
export function judgeToken(
  claims: AccessTokenClaims,
  user: UserRecord | undefined,
  session: SessionRecord | undefined,
  realm: RealmRecord | undefined,
  rules: AdmissionRules,
  nowMs: number,
): TokenVerdict {
  const refused = (cause: RefusalCause): TokenVerdict => ({ kind: "refused", cause });
  if (realm?.tokenEpoch !== claims.epoch) return refused("epoch_changed");
  // The ids are compared too: a cache that mixed its rows up must not sign anyone in.
  if (user === undefined || user.id !== claims.sub) return refused("user_missing");
  if (user.tokenVersion !== claims.ver) return refused("version_changed");
  const admission = admitUser(user, rules, nowMs);
  if (admission.kind === "refused") return refused(`user_${admission.cause}`);
  if (session === undefined || session.id !== claims.sid) return refused("session_missing");
  if (session.userId !== claims.sub) return refused("session_foreign");
  if (session.revokedAt !== null) return refused("session_revoked");
  if (session.expiresAt <= nowMs) return refused("session_over");
  return { kind: "accepted", user, session };
}
