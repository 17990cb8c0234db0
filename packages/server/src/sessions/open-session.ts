import { randomUUID } from "node:crypto";
import type { Caller } from "../context/auth-context.ts";
import type { Parts } from "../parts.ts";
import { readTokenEpoch } from "../repositories/realm.ts";
import { insertRefreshToken } from "../repositories/refresh-tokens.ts";
import { insertSession } from "../repositories/sessions.ts";
import type { AuthTransaction } from "../repositories/tables.ts";
import { holdUser } from "../repositories/users.ts";
import { hashOf, makeOpaqueToken } from "../tokens/opaque-token.ts";
import { admitUser } from "./admit-user.ts";
import type { OpenedSession } from "./answer-tokens.ts";

export type Opening =
  | { readonly kind: "opened"; readonly session: OpenedSession }
  | { readonly kind: "refused"; readonly cause: "banned" | "unverified" | "account_changed" };

/**
 * Opens a session for a user whose password was just verified: the only place that makes one. The
 * ids are fresh and random, so nobody can have asked the cache for them: a plain transaction will do.
 *
 * @param verifiedHash the hash that the password was compared with; one changed since was not.
 */
export async function openSession(
  parts: Parts,
  transaction: AuthTransaction,
  userId: string,
  verifiedHash: string,
  caller: Caller,
): Promise<Opening> {
  const user = await holdUser(transaction, userId);
  if (user === undefined || user.passwordHash !== verifiedHash) {
    return { kind: "refused", cause: "account_changed" };
  }
  const { settings } = parts;
  const nowMs = parts.now();
  const admission = admitUser(user, settings, nowMs);
  if (admission.kind === "refused") return admission;

  const expiresAtMs = nowMs + settings.absoluteTtlMs;
  const refreshExpiresAtMs = Math.min(nowMs + settings.refreshIdleTtlMs, expiresAtMs);
  const subject = {
    userId: user.id,
    sessionId: randomUUID(),
    tokenVersion: user.tokenVersion,
    tokenEpoch: await readTokenEpoch(transaction),
    sessionExpiresAtMs: expiresAtMs,
  };
  await insertSession(transaction, {
    id: subject.sessionId,
    userId: user.id,
    tokenVersion: subject.tokenVersion,
    tokenEpoch: subject.tokenEpoch,
    userAgent: caller.userAgent,
    address: caller.address,
    createdAtMs: nowMs,
    expiresAtMs,
  });
  const refreshToken = makeOpaqueToken();
  await insertRefreshToken(transaction, {
    id: refreshToken.id,
    sessionId: subject.sessionId,
    secretHash: hashOf(refreshToken),
    generation: 1,
    createdAtMs: nowMs,
    expiresAtMs: refreshExpiresAtMs,
  });
  return { kind: "opened", session: { subject, user, refreshToken, refreshExpiresAtMs } };
}
