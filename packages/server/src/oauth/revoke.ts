import { auditEvent } from "../audit/audit-event.ts";
import { checkToken } from "../context/check-access-token.ts";
import type { Parts } from "../parts.ts";
import { findRefreshToken } from "../repositories/refresh-tokens.ts";
import { endSessions } from "../sessions/end-sessions.ts";
import { isSecretOf, parseOpaqueToken } from "../tokens/opaque-token.ts";
import type { OpaqueToken } from "../tokens/opaque-token.ts";
import type { OauthCall } from "./oauth-endpoint.ts";

/**
 * Ends the session of a token, and with it all of its tokens: when this returns, no call that starts
 * later is accepted with one, on any node. Does nothing about a token that is not ours, or that
 * nobody could use any more.
 */
export async function revoke(parts: Parts, { token, clientId, caller }: OauthCall): Promise<void> {
  const refreshToken = parseOpaqueToken(token);
  const session =
    refreshToken === undefined
      ? await findSessionOfAccessToken(parts, token, caller.requestId)
      : await findSessionOfRefreshToken(parts, refreshToken);
  if (session === undefined) return;
  const event = auditEvent("session_revoked", caller, parts.now(), { clientId }, session);
  await endSessions(parts, [session.sessionId], event);
}

interface SessionToEnd {
  readonly sessionId: string;
  readonly userId: string;
}

/**
 * An access token that has expired ends nothing, though its session may live on: its revocation is
 * achieved (RFC 7009, section 2.2), and old tokens lie about in logs.
 */
async function findSessionOfAccessToken(
  parts: Parts,
  token: string,
  requestId: string,
): Promise<SessionToEnd | undefined> {
  const check = await checkToken(parts, token, requestId);
  if (check.kind === "refused") return undefined;
  return { sessionId: check.session.id, userId: check.user.id };
}

/**
 * A refresh token that was used or has expired still ends its session: the secret is right, and to
 * use it again would do the same. Knowing an id is not enough.
 */
async function findSessionOfRefreshToken(
  { database }: Parts,
  presented: OpaqueToken,
): Promise<SessionToEnd | undefined> {
  const record = await database.read((handle) => findRefreshToken(handle, presented.id));
  if (record === undefined || !isSecretOf(presented, record.secretHash)) return undefined;
  if (record.session.revokedAt !== null) return undefined;
  return { sessionId: record.session.id, userId: record.user.id };
}
