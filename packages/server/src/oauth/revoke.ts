import { auditEvent } from "../audit/audit-event.ts";
import type { Parts } from "../parts.ts";
import { findRefreshToken } from "../repositories/refresh-tokens.ts";
import { endSessions } from "../sessions/end-sessions.ts";
import { isSecretOf, parseOpaqueToken } from "../tokens/opaque-token.ts";
import type { OpaqueToken } from "../tokens/opaque-token.ts";
import { findSessionOfAccessToken } from "./find-session-of-access-token.ts";
import type { SessionToEnd } from "./find-session-of-access-token.ts";
import type { OauthCall } from "./oauth-endpoint.ts";

/**
 * Ends the session of a token, and with it all of its tokens: when this returns, no call that starts
 * later is accepted with one, on any node. Does nothing about a token that is not ours, or that
 * no node accepts any more.
 */
export async function revoke(parts: Parts, { token, clientId, caller }: OauthCall): Promise<void> {
  const session = await findSession(parts, token, caller.requestId);
  if (session === undefined) return;
  const event = auditEvent("session_revoked", caller, parts.now(), { clientId }, session);
  await endSessions(parts, [session.sessionId], event);
}

async function findSession(
  parts: Parts,
  token: string,
  requestId: string,
): Promise<SessionToEnd | undefined> {
  const refreshToken = parseOpaqueToken(token);
  if (refreshToken !== undefined) return await findSessionOfRefreshToken(parts, refreshToken);
  const finding = await findSessionOfAccessToken(parts, token);
  if (finding.kind === "found") return finding.session;
  if (finding.kind === "foreign") {
    parts.report({ kind: "token_invalid", requestId, why: finding.why });
  }
  return undefined;
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
