import { checkToken } from "../context/check-access-token.ts";
import type { Parts } from "../parts.ts";
import { findRefreshToken } from "../repositories/refresh-tokens.ts";
import { judgeRefresh } from "../sessions/judge-refresh.ts";
import { parseOpaqueToken } from "../tokens/opaque-token.ts";
import type { OpaqueToken } from "../tokens/opaque-token.ts";
import type { OauthCall } from "./oauth-endpoint.ts";

/** What an introspection answers (RFC 7662, section 2.2). `sid` is the session; nothing is personal. */
export type Introspection =
  | { readonly active: false }
  | {
      readonly active: true;
      readonly token_type: "Bearer";
      readonly iss: string;
      readonly aud: string;
      readonly sub: string;
      readonly sid: string;
      readonly iat: number;
      readonly exp: number;
      readonly jti: string;
    }
  | {
      readonly active: true;
      /** Not an access token (RFC 8693, section 2.2.1), so that nobody takes it for one. */
      readonly token_type: "N_A";
      readonly sub: string;
      readonly sid: string;
    };

/**
 * Says whether a token holds now: an access token, if a protected procedure would accept it; a
 * refresh token, if a refresh with it would succeed. Of all others it tells nothing.
 */
export function introspect(parts: Parts, { token, caller }: OauthCall): Promise<Introspection> {
  const refreshToken = parseOpaqueToken(token);
  return refreshToken === undefined
    ? introspectAccessToken(parts, token, caller.requestId)
    : introspectRefreshToken(parts, refreshToken);
}

async function introspectAccessToken(
  parts: Parts,
  token: string,
  requestId: string,
): Promise<Introspection> {
  const check = await checkToken(parts, token, requestId);
  if (check.kind === "refused") return { active: false };
  const { iss, aud, sub, sid, iat, exp, jti } = check.claims;
  return { active: true, token_type: "Bearer", iss, aud, sub, sid, iat, exp, jti };
}

/** Only judges: the token is not used up, and one that was used before does not end its session. */
async function introspectRefreshToken(
  { database, settings, now }: Parts,
  presented: OpaqueToken,
): Promise<Introspection> {
  const record = await database.read((handle) => findRefreshToken(handle, presented.id));
  const verdict = judgeRefresh(record, presented, settings, now());
  if (verdict.kind !== "rotate" && verdict.kind !== "repeat") return { active: false };
  const { user, session } = verdict.record;
  return { active: true, token_type: "N_A", sub: user.id, sid: session.id };
}
