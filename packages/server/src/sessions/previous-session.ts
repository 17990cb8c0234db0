import type { AuthContext } from "../context/auth-context.ts";
import type { Parts } from "../parts.ts";
import { findRefreshToken } from "../repositories/refresh-tokens.ts";
import { isSecretOf, parseOpaqueToken } from "../tokens/opaque-token.ts";

/**
 * The live session that a login replaces: that of the request's access token, else that of its
 * refresh cookie. Knowing the cookie's id is not enough; its secret has to be right.
 */
export async function findPreviousSession(
  parts: Parts,
  ctx: AuthContext,
): Promise<{ readonly sessionId: string; readonly userId: string } | undefined> {
  const check = await ctx.checkAccessToken();
  if (check.kind === "signed_in") {
    const { session, user } = check.auth;
    return { sessionId: session.id, userId: user.id };
  }
  const cookie = ctx.refreshCookie.read();
  const presented = cookie === undefined ? undefined : parseOpaqueToken(cookie);
  if (presented === undefined) return undefined;
  const record = await parts.database.read((database) => findRefreshToken(database, presented.id));
  if (record === undefined || record.session.revokedAt !== null) return undefined;
  if (!isSecretOf(presented, record.secretHash)) return undefined;
  return { sessionId: record.session.id, userId: record.user.id };
}
