import { randomUUID } from "node:crypto";
import { z } from "zod";
import { tellUser } from "../accounts/tell-user.ts";
import { auditEvent } from "../audit/audit-event.ts";
import type { AuthContext } from "../context/auth-context.ts";
import type { RefreshTokenPlace, TokenSet } from "../contract.ts";
import { PortcullisError } from "../errors.ts";
import type { RefreshRefusal } from "../events.ts";
import type { Parts } from "../parts.ts";
import {
  findRefreshToken,
  insertRefreshToken,
  rotateRefreshToken,
} from "../repositories/refresh-tokens.ts";
import type { RefreshTokenRecord } from "../repositories/refresh-tokens.ts";
import { touchSession } from "../repositories/sessions.ts";
import type { AuthTransaction } from "../repositories/tables.ts";
import { opaqueTokenSchema } from "../tokens/opaque-token-schema.ts";
import { hashOf, parseOpaqueToken } from "../tokens/opaque-token.ts";
import type { OpaqueToken } from "../tokens/opaque-token.ts";
import { answerTokens } from "./answer-tokens.ts";
import { endSessions } from "./end-sessions.ts";
import { judgeRefresh } from "./judge-refresh.ts";
import type { RefreshVerdict } from "./judge-refresh.ts";
import { requirePlace } from "./refresh-token-place.ts";
import { findSuccessor, successorOf } from "./refresh-token.ts";

export const refreshInput = z.strictObject({ refreshToken: opaqueTokenSchema.nullish() });

/** Written at most so often, so that a session that is in use costs no write at every refresh. */
const lastUsedEveryMs = 3_600_000;

/**
 * Trades a refresh token for a new one and an access token (RFC 9700, section 4.14.2). A token that
 * was used before ends its session: either the caller or someone before it is a thief.
 */
export async function refresh(
  parts: Parts,
  input: z.output<typeof refreshInput>,
  ctx: AuthContext,
): Promise<TokenSet> {
  const fromBody = input.refreshToken ?? undefined;
  const place = fromBody === undefined ? "cookie" : "body";
  const refuse = (cause: RefreshRefusal): never => {
    parts.report({ kind: "refresh_refused", requestId: ctx.requestId, cause });
    if (place === "cookie") ctx.refreshCookie.clear();
    throw new PortcullisError("refresh_token_invalid");
  };

  const text = fromBody ?? ctx.refreshCookie.read();
  // A cookie that is used up without another in its place would end its session.
  if (text !== undefined) requirePlace(ctx, place);
  const presented = parseOpaqueToken(text ?? "");
  if (presented === undefined) return refuse("malformed");
  const outcome = await parts.database.transact((transaction) =>
    rotate(parts, transaction, presented),
  );
  switch (outcome.kind) {
    case "refused":
      return refuse(outcome.cause);
    case "reused":
      await actOnReuse(parts, outcome, ctx);
      if (place === "cookie") ctx.refreshCookie.clear();
      throw new PortcullisError("refresh_token_reused");
    case "repeat": {
      const token = findSuccessor(presented, outcome.successor, parts.successionKeys);
      return answer(parts, ctx, place, outcome.record, token, outcome.successor.expiresAt);
    }
    case "rotate":
      return answer(parts, ctx, place, outcome.record, outcome.token, outcome.expiresAtMs);
  }
}

/** Ends the session, and with it every token of the family, and tells its user; once. */
async function actOnReuse(
  parts: Parts,
  { record: { session, user }, isOver }: Extract<RefreshVerdict, { kind: "reused" }>,
  ctx: AuthContext,
): Promise<void> {
  const about = { userId: user.id, sessionId: session.id };
  const event = auditEvent("refresh_token_reused", ctx, parts.now(), {}, about);
  if (isOver) {
    parts.audit.note(event);
    return;
  }
  await endSessions(parts, [session.id], event, (transaction) =>
    tellUser(parts, transaction, user, {
      kind: "session_compromised",
      at: parts.now(),
      userAgent: session.userAgent,
      address: session.address,
    }),
  );
  parts.mail.nudge();
}

type Outcome =
  | Exclude<RefreshVerdict, { kind: "rotate" }>
  | {
      readonly kind: "rotate";
      readonly record: RefreshTokenRecord;
      readonly token: OpaqueToken;
      readonly expiresAtMs: number;
    };

/** Judges the token and, when it is good, replaces it. Of racing calls one replaces, the others see that. */
async function rotate(
  parts: Parts,
  transaction: AuthTransaction,
  presented: OpaqueToken,
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
  presented: OpaqueToken,
): Promise<Outcome | { readonly kind: "lost_race" }> {
  const { settings } = parts;
  const nowMs = parts.now();
  const record = await findRefreshToken(transaction, presented.id);
  const verdict = judgeRefresh(record, presented, settings, nowMs);
  if (verdict.kind !== "rotate") return verdict;

  const successor = successorOf(presented, randomUUID(), parts.successionKeys[0]);
  const isOurs = await rotateRefreshToken(transaction, {
    id: presented.id,
    secretHash: verdict.record.secretHash,
    successorId: successor.id,
    nowMs,
  });
  if (!isOurs) return { kind: "lost_race" };
  const { session } = verdict.record;
  const expiresAtMs = Math.min(nowMs + settings.refreshIdleTtlMs, session.expiresAt);
  await insertRefreshToken(transaction, {
    id: successor.id,
    sessionId: session.id,
    secretHash: hashOf(successor),
    generation: verdict.record.generation + 1,
    createdAtMs: nowMs,
    expiresAtMs,
  });
  if (nowMs - session.lastUsedAt >= lastUsedEveryMs) {
    await touchSession(transaction, session.id, nowMs);
  }
  return { kind: "rotate", record: verdict.record, token: successor, expiresAtMs };
}

/** The versions are the session's: if the user's have moved on since, the new token is dead as well. */
function answer(
  parts: Parts,
  ctx: AuthContext,
  place: RefreshTokenPlace,
  { session, user }: RefreshTokenRecord,
  refreshToken: OpaqueToken,
  refreshExpiresAtMs: number,
): Promise<TokenSet> {
  parts.report({
    kind: "session_refreshed",
    requestId: ctx.requestId,
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
  return answerTokens(parts, ctx, { subject, user, refreshToken, refreshExpiresAtMs }, place);
}
