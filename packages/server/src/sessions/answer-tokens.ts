import type { TokenSet, User } from "../contract.ts";
import type { Parts } from "../parts.ts";
import { issueAccessToken } from "../tokens/issue.ts";
import type { TokenSubject } from "../tokens/issue.ts";
import { viewUser } from "../user-view.ts";
import { writeRefreshToken } from "./refresh-token.ts";
import type { RefreshToken } from "./refresh-token.ts";

/** The answer of a login or a refresh (RFC 6749, section 5.1). */
export async function answerTokens(
  parts: Parts,
  subject: TokenSubject,
  user: User,
  refreshToken: RefreshToken,
): Promise<TokenSet> {
  const issued = await issueAccessToken(parts.keyRing, parts.settings, subject, parts.now());
  return {
    accessToken: issued.accessToken,
    tokenType: "Bearer",
    expiresIn: issued.expiresInSeconds,
    refreshToken: writeRefreshToken(refreshToken),
    user: viewUser(user),
  };
}
