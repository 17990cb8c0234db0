import type { AuthContext } from "../context/auth-context.ts";
import type { RefreshTokenPlace, TokenSet } from "../contract.ts";
import { PortcullisError } from "../errors.ts";
import type { Parts } from "../parts.ts";
import type { UserRecord } from "../repositories/users.ts";
import { issueAccessToken } from "../tokens/issue.ts";
import type { IssuedToken, TokenSubject } from "../tokens/issue.ts";
import { writeOpaqueToken } from "../tokens/opaque-token.ts";
import type { OpaqueToken } from "../tokens/opaque-token.ts";
import { viewUser } from "../user-view.ts";

/** A session as its client is to hold it. */
export interface OpenedSession {
  readonly subject: TokenSubject;
  readonly user: UserRecord;
  readonly refreshToken: OpaqueToken;
  readonly refreshExpiresAtMs: number;
}

/**
 * The answer of every call that opens or refreshes a session (RFC 6749, section 5.1). In a cookie,
 * the refresh token is nowhere in the body.
 */
export async function answerTokens(
  parts: Parts,
  ctx: AuthContext,
  opened: OpenedSession,
  place: RefreshTokenPlace,
): Promise<TokenSet> {
  const nowMs = parts.now();
  // Without a refresh in time the session is over, so no access token reaches past that.
  const endsAtMs = Math.min(opened.subject.sessionExpiresAtMs, opened.refreshExpiresAtMs);
  const subject = { ...opened.subject, sessionExpiresAtMs: endsAtMs };
  const issued = await sign(parts, subject, nowMs);
  const refreshToken = writeOpaqueToken(opened.refreshToken);
  if (place === "cookie") {
    const maxAgeSeconds = Math.max(0, Math.floor((opened.refreshExpiresAtMs - nowMs) / 1000));
    ctx.refreshCookie.set(refreshToken, maxAgeSeconds);
  }
  return {
    accessToken: issued.accessToken,
    tokenType: "Bearer",
    expiresIn: issued.expiresInSeconds,
    refreshToken: place === "cookie" ? null : refreshToken,
    user: viewUser(opened.user),
  };
}

/** The session is committed by now, so no fault of the keys may say that nothing was changed. */
async function sign(parts: Parts, subject: TokenSubject, nowMs: number): Promise<IssuedToken> {
  try {
    return await issueAccessToken(parts.keyRing, parts.settings, subject, nowMs);
  } catch (cause) {
    throw new PortcullisError("outcome_unknown", { cause });
  }
}
