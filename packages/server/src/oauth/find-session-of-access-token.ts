import type { Parts } from "../parts.ts";
import { clockSkewSeconds, sessionClaimsSchema } from "../tokens/claims.ts";
import { isSignedWith } from "../tokens/signature.ts";
import { readToken } from "../tokens/token-gate.ts";

/** Twice what clocks may differ by: a token that is over for longer is over on every node. */
const overEverywhereAfterMs = 2 * clockSkewSeconds * 1000;

export interface SessionToEnd {
  readonly sessionId: string;
  readonly userId: string;
}

type Finding =
  | { readonly kind: "found"; readonly session: SessionToEnd }
  /** Not ours, so that no node accepts it. */
  | { readonly kind: "foreign"; readonly why: string }
  /** It was ours, and no node accepts it any more. */
  | { readonly kind: "over" };

/**
 * Finds the live session of an access token that some node may still accept, though this one might
 * refuse it: nodes differ in their clocks, and in algorithm, issuer, audience and lifetime while
 * these are being changed. So the signature decides alone, by all keys that there are.
 *
 * A token that has expired finds nothing, though its session may live on: its revocation is achieved
 * (RFC 7009, section 2.2), and old tokens lie about in logs.
 */
export async function findSessionOfAccessToken(parts: Parts, token: string): Promise<Finding> {
  const read = readToken(token, sessionClaimsSchema);
  if (read.kind === "malformed") return { kind: "foreign", why: read.why };
  const { kid, alg } = read.header;
  const publicKey = await parts.keyRing.findPublicKey(kid, alg);
  if (publicKey === undefined) return { kind: "foreign", why: "unknown key" };
  if (!(await isSignedWith(token, publicKey, alg))) return { kind: "foreign", why: "signature" };

  const { sub, sid, exp } = read.unverifiedClaims;
  if (parts.now() >= exp * 1000 + overEverywhereAfterMs) return { kind: "over" };
  const [session] = await parts.cache.readMany([parts.cached.sessions.key(sid)]);
  const isLive = session?.userId === sub && session.revokedAt === null;
  return isLive ? { kind: "found", session: { sessionId: sid, userId: sub } } : { kind: "over" };
}
