import type { TokenSet } from "@portcullis/server";

/** A session that a test has opened, with its tokens. */
export interface TestSession extends TokenSet {
  /** UUID, for `auth.sessions.revoke`. */
  readonly id: string;
  /** Good for one refresh. */
  readonly refreshToken: string;
}

export function toTestSession(tokens: TokenSet): TestSession {
  if (tokens.refreshToken === null) throw new Error("A login answers with its refresh token");
  const { sid } = readClaims(tokens.accessToken);
  return { ...tokens, refreshToken: tokens.refreshToken, id: sid };
}

/** What an access token says of itself, unchecked. */
export function readClaims(accessToken: string): { readonly sub: string; readonly sid: string } {
  const payload = accessToken.split(".")[1] ?? "";
  return JSON.parse(Buffer.from(payload, "base64url").toString()) as ReturnType<typeof readClaims>;
}
