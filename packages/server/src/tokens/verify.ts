import QuickLru from "quick-lru";
import type { Settings } from "../settings.ts";
import { claimsSchema, clockSkewSeconds } from "./claims.ts";
import type { AccessTokenClaims } from "./claims.ts";
import type { KeyRing } from "./keys/key-ring.ts";
import type { KeySet, OpenedKey } from "./keys/key-set.ts";
import { verifiesUntil } from "./keys/key-times.ts";
import { isSignedWith } from "./signature.ts";
import { readToken } from "./token-gate.ts";

/** Signatures remembered; quick-lru keeps up to twice its `maxSize`. About 1 kB each. */
const rememberedMax = 40_000;

export type VerifyOutcome =
  | {
      readonly kind: "valid";
      readonly claims: AccessTokenClaims;
      /** Of the keys it was verified with: while it is the realm's, they still are the keys. */
      readonly keyGeneration: number;
    }
  | { readonly kind: "expired" }
  | { readonly kind: "invalid"; readonly why: string };

/** Says whether a token is one that we signed and that has not expired; not whether it was revoked. */
export type TokenVerifier = (token: string) => Promise<VerifyOutcome>;

/** A token whose signature is by a key of ours. */
interface SignedToken {
  readonly claims: AccessTokenClaims;
  readonly key: OpenedKey;
}

export function createTokenVerifier(
  keyRing: KeyRing,
  settings: Settings,
  now: () => number,
): TokenVerifier {
  const schema = claimsSchema(settings);
  const remembered = new QuickLru<string, SignedToken>({ maxSize: rememberedMax / 2 });
  let rememberedUnder: KeySet | undefined;

  /** What was verified under other keys proves nothing any more. */
  function forgetIfNot(keySet: KeySet): void {
    if (keySet !== rememberedUnder) remembered.clear();
    rememberedUnder = keySet;
  }

  /** A key that this node has not heard of changes the key generation when it is made. */
  async function keysThatMayHave(kid: string): Promise<KeySet> {
    const known = keyRing.current();
    return known.keys.has(kid) ? known : await keyRing.fresh();
  }

  return async (token) => {
    const keySet = keyRing.current();
    forgetIfNot(keySet);
    const known = remembered.get(token);
    if (known !== undefined) return judgeTime(known, keySet.generation, now());

    const read = readToken(token, schema);
    if (read.kind === "malformed") return { kind: "invalid", why: read.why };
    if (read.header.alg !== settings.algorithm) return { kind: "invalid", why: "algorithm" };
    const usedSet = await keysThatMayHave(read.header.kid);
    const key = usedSet.keys.get(read.header.kid);
    if (key === undefined) return { kind: "invalid", why: "unknown key" };
    if (!(await isSignedWith(token, key.publicKey, settings.algorithm))) {
      return { kind: "invalid", why: "signature" };
    }
    const signed = { claims: read.unverifiedClaims, key };
    if (usedSet === keyRing.current()) {
      forgetIfNot(usedSet);
      remembered.set(token, signed);
    }
    return judgeTime(signed, usedSet.generation, now());
  };
}

/** The only part of the verdict that changes with time, so the only one never remembered. */
function judgeTime(
  { claims, key }: SignedToken,
  keyGeneration: number,
  nowMs: number,
): VerifyOutcome {
  if (nowMs >= claims.exp * 1000) return { kind: "expired" };
  if (nowMs >= verifiesUntil(key)) return { kind: "invalid", why: "retired key" };
  if (claims.iat * 1000 > nowMs + clockSkewSeconds * 1000) {
    return { kind: "invalid", why: "issued in the future" };
  }
  return { kind: "valid", claims, keyGeneration };
}
