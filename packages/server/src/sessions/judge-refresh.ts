import { timingSafeEqual } from "node:crypto";
import type { RefreshRefusal } from "../events.ts";
import type { RefreshTokenRecord } from "../repositories/refresh-tokens.ts";

export type RefreshVerdict =
  | { readonly kind: "rotate"; readonly record: RefreshTokenRecord }
  /** The direct parent came again within the grace: the answer is the same successor. */
  | {
      readonly kind: "repeat";
      readonly record: RefreshTokenRecord;
      readonly successorId: string;
    }
  | {
      readonly kind: "reused";
      readonly record: RefreshTokenRecord;
      /** Whether its session has been revoked before: then a thief's replays cost no more writes. */
      readonly isRevoked: boolean;
    }
  | { readonly kind: "refused"; readonly cause: RefreshRefusal };

/**
 * What a presented refresh token is good for. Knowing an id is not enough to end a session: every
 * verdict with an effect needs the right secret.
 */
export function judgeRefresh(
  record: RefreshTokenRecord | undefined,
  presentedHash: Uint8Array,
  graceMs: number,
  nowMs: number,
): RefreshVerdict {
  if (record === undefined || !timingSafeEqual(record.secretHash, presentedHash)) {
    return { kind: "refused", cause: "unknown" };
  }
  if (record.rotatedAt !== null) {
    const { successor } = record;
    const isRace =
      nowMs - record.rotatedAt <= graceMs && successor !== null && successor.rotatedAt === null;
    if (!isRace) return { kind: "reused", record, isRevoked: record.session.revokedAt !== null };
    if (!isSessionLive(record, nowMs)) return { kind: "refused", cause: "session_ended" };
    return { kind: "repeat", record, successorId: successor.id };
  }
  if (!isSessionLive(record, nowMs)) return { kind: "refused", cause: "session_ended" };
  if (record.expiresAt <= nowMs) return { kind: "refused", cause: "expired" };
  return { kind: "rotate", record };
}

function isSessionLive({ session, user, tokenEpoch }: RefreshTokenRecord, nowMs: number): boolean {
  return (
    session.revokedAt === null &&
    session.expiresAt > nowMs &&
    session.tokenVersion === user.tokenVersion &&
    session.tokenEpoch === tokenEpoch &&
    user.bannedAt === null
  );
}
