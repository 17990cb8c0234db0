import { compactVerify, errors } from "jose";
import type { CryptoKey } from "jose";
import QuickLru from "quick-lru";
import type { Settings } from "../settings.ts";
import { claimsSchema, clockSkewSeconds } from "./claims.ts";
import type { AccessTokenClaims } from "./claims.ts";
import type { KeyRing } from "./keys/key-ring.ts";
import type { KeySet } from "./keys/key-set.ts";
import { readToken } from "./token-gate.ts";

/** Signatures remembered; quick-lru keeps up to twice its `maxSize`. About 1 kB each. */
const rememberedMax = 10_000;

export type VerifyOutcome =
  | { readonly kind: "valid"; readonly claims: AccessTokenClaims }
  | { readonly kind: "expired" }
  | { readonly kind: "invalid"; readonly why: string };

/** Says whether a token is one that we signed and that has not expired; not whether it was revoked. */
export type TokenVerifier = (token: string) => Promise<VerifyOutcome>;

export function createTokenVerifier(
  keyRing: KeyRing,
  settings: Settings,
  now: () => number,
): TokenVerifier {
  const schema = claimsSchema(settings);
  const remembered = new QuickLru<string, AccessTokenClaims>({ maxSize: rememberedMax / 2 });
  let rememberedUnder: KeySet | undefined;

  /** What was verified under other keys proves nothing any more. */
  function forgetIfKeysChanged(): void {
    const keys = keyRing.current();
    if (keys !== rememberedUnder) remembered.clear();
    rememberedUnder = keys;
  }

  async function findKey(kid: string): Promise<CryptoKey | undefined> {
    const key = keyRing.current().verifiers.get(kid);
    if (key !== undefined) return key;
    await keyRing.reloadForUnknownKey();
    return keyRing.current().verifiers.get(kid);
  }

  return async (token) => {
    forgetIfKeysChanged();
    const known = remembered.get(token);
    if (known !== undefined) return judgeTime(known, now());

    const read = readToken(token, schema);
    if (read.kind === "malformed") return { kind: "invalid", why: read.why };
    if (read.header.alg !== settings.algorithm) return { kind: "invalid", why: "algorithm" };
    const key = await findKey(read.header.kid);
    if (key === undefined) return { kind: "invalid", why: "unknown key" };
    const keys = keyRing.current();
    try {
      await compactVerify(token, key, { algorithms: [settings.algorithm] });
    } catch (error) {
      if (error instanceof errors.JOSEError) return { kind: "invalid", why: "signature" };
      throw error;
    }
    const claims = read.unverifiedClaims;
    forgetIfKeysChanged();
    if (keys === rememberedUnder) remembered.set(token, claims);
    return judgeTime(claims, now());
  };
}

/** The only part of the verdict that changes with time, so the only one never remembered. */
function judgeTime(claims: AccessTokenClaims, nowMs: number): VerifyOutcome {
  if (nowMs >= claims.exp * 1000) return { kind: "expired" };
  if (claims.iat * 1000 > nowMs + clockSkewSeconds * 1000) {
    return { kind: "invalid", why: "issued in the future" };
  }
  return { kind: "valid", claims };
}
