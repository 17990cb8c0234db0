import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { TokenSet } from "../contract.ts";
import { PortcullisError } from "../errors.ts";
import type { RefreshRefusal } from "../events.ts";
import type { Parts } from "../parts.ts";
import {
  findRefreshToken,
  insertRefreshToken,
  rotateRefreshToken,
} from "../repositories/refresh-tokens.ts";
import type { RefreshTokenRecord } from "../repositories/refresh-tokens.ts";
import type { AuthTransaction } from "../repositories/tables.ts";
import { plainText } from "../text-rules.ts";
import { answerTokens } from "./answer-tokens.ts";
import { endSession } from "./end-session.ts";
import { judgeRefresh } from "./judge-refresh.ts";
import type { RefreshVerdict } from "./judge-refresh.ts";
import { hashOf, parseRefreshToken, refreshTokenLengthMax, successorOf } from "./refresh-token.ts";
import type { RefreshToken } from "./refresh-token.ts";

export const refreshInput = z.strictObject({ refreshToken: plainText(refreshTokenLengthMax) });

/**
 * Trades a refresh token for a new one and an access token (RFC 9700, section 4.14.2). A token that
 * was used before ends its session: either the caller or someone before it is a thief.
 */
export async function refresh(
  parts: Parts,
  input: z.output<typeof refreshInput>,
  requestId: string,
): Promise<TokenSet> {
  const refuse = (cause: RefreshRefusal): never => {
    parts.report({ kind: "refresh_refused", requestId, cause });
    throw new PortcullisError("refresh_token_invalid");
  };

  const presented = parseRefreshToken(input.refreshToken);
  if (presented === undefined) return refuse("malformed");
  const outcome = await parts.database.transact((transaction) =>
    rotate(parts, transaction, presented),
  );
  switch (outcome.kind) {
    case "refused":
      return refuse(outcome.cause);
    case "reused": {
      const { session, user } = outcome.record;
      if (!outcome.isRevoked) await endSession(parts, session.id);
      const ids = { userId: user.id, sessionId: session.id };
      parts.report({ kind: "refresh_token_reused", requestId, ...ids });
      throw new PortcullisError("refresh_token_reused");
    }
    case "repeat":
    case "rotate":
      return answer(
        parts,
        requestId,
        outcome.record,
        successorOf(presented, outcome.successorId, parts.successionKey),
      );
  }
}

type Outcome =
  | Exclude<RefreshVerdict, { kind: "rotate" }>
  | {
      readonly kind: "rotate";
      readonly record: RefreshTokenRecord;
      readonly successorId: string;
    };

/** Judges the token and, when it is good, replaces it. Of racing calls one replaces, the others see that. */
async function rotate(
  parts: Parts,
  transaction: AuthTransaction,
  presented: RefreshToken,
): Promise<Outcome> {
  const first = await attempt(parts, transaction, presented);
  if (first.kind !== "lost_race") return first;
  // The winner has committed, or the row would still be locked: this time the row says so.
  const second = await attempt(parts, transaction, presented);
  if (second.kind !== "lost_race") return second;
  throw new Error("A refresh token was neither rotated nor to be rotated");
}

async function attempt(
  parts: Parts,
  transaction: AuthTransaction,
  presented: RefreshToken,
): Promise<Outcome | { readonly kind: "lost_race" }> {
  const { settings } = parts;
  const nowMs = parts.now();
  const record = await findRefreshToken(transaction, presented.id);
  const verdict = judgeRefresh(record, hashOf(presented), settings.refreshGraceMs, nowMs);
  if (verdict.kind !== "rotate") return verdict;

  const successor = successorOf(presented, randomUUID(), parts.successionKey);
  const isOurs = await rotateRefreshToken(transaction, {
    id: presented.id,
    secretHash: verdict.record.secretHash,
    successorId: successor.id,
    nowMs,
  });
  if (!isOurs) return { kind: "lost_race" };
  await insertRefreshToken(transaction, {
    id: successor.id,
    sessionId: verdict.record.session.id,
    secretHash: hashOf(successor),
    generation: verdict.record.generation + 1,
    createdAtMs: nowMs,
    expiresAtMs: Math.min(nowMs + settings.refreshIdleTtlMs, verdict.record.session.expiresAt),
  });
  return { kind: "rotate", record: verdict.record, successorId: successor.id };
}

/** The versions are the session's: if the user's have moved on since, the new token is dead as well. */
function answer(
  parts: Parts,
  requestId: string,
  { session, user }: RefreshTokenRecord,
  successor: RefreshToken,
): Promise<TokenSet> {
  parts.report({
    kind: "session_refreshed",
    requestId,
    userId: user.id,
    sessionId: session.id,
  });
  const subject = {
    userId: user.id,
    sessionId: session.id,
    tokenVersion: session.tokenVersion,
    tokenEpoch: session.tokenEpoch,
    sessionExpiresAtMs: session.expiresAt,
  };
  return answerTokens(parts, subject, user, successor);
}
