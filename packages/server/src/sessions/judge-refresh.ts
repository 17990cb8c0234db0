import type { RefreshRefusal } from "../events.ts";
import type { RefreshTokenRecord } from "../repositories/refresh-tokens.ts";
import { isSecretOf } from "../tokens/opaque-token.ts";
import type { OpaqueToken } from "../tokens/opaque-token.ts";
import type { AdmissionRules } from "./admit-user.ts";
import { isSessionLive } from "./session-life.ts";

export type RefreshVerdict =
  | { readonly kind: "rotate"; readonly record: RefreshTokenRecord }
  /** The direct parent came again within the grace: the answer is the same successor. */
  | {
      readonly kind: "repeat";
      readonly record: RefreshTokenRecord;
      readonly successor: NonNullable<RefreshTokenRecord["successor"]>;
    }
  | {
      readonly kind: "reused";
      readonly record: RefreshTokenRecord;
      /** Whether its session is over already: then a thief's replays cost no more writes and mails. */
      readonly isOver: boolean;
    }
  | { readonly kind: "refused"; readonly cause: RefreshRefusal };

/**
 * What a presented refresh token is good for. Knowing an id is not enough to end a session: every
 * verdict with an effect needs the right secret.
 */
export function judgeRefresh(
  record: RefreshTokenRecord | undefined,
  presented: OpaqueToken,
  rules: AdmissionRules & { readonly refreshGraceMs: number },
  nowMs: number,
): RefreshVerdict {
  if (record === undefined || !isSecretOf(presented, record.secretHash)) {
    return { kind: "refused", cause: "unknown" };
  }
  const isLive = isSessionLive(record.session, record.user, record.tokenEpoch, rules, nowMs);
  if (record.rotatedAt !== null) {
    const { successor } = record;
    const isRace =
      nowMs - record.rotatedAt <= rules.refreshGraceMs &&
      successor !== null &&
      successor.rotatedAt === null;
    if (!isRace) return { kind: "reused", record, isOver: !isLive };
    if (!isLive) return { kind: "refused", cause: "session_ended" };
    return { kind: "repeat", record, successor };
  }
  if (!isLive) return { kind: "refused", cause: "session_ended" };
  if (record.expiresAt <= nowMs) return { kind: "refused", cause: "expired" };
  return { kind: "rotate", record };
}
