import { randomUUID } from "node:crypto";
import { SignJWT } from "jose";
import type { Settings } from "../settings.ts";
import type { AccessTokenClaims } from "./claims.ts";
import type { KeyRing } from "./keys/key-ring.ts";
import { signerOf } from "./keys/key-times.ts";

/** Whom an access token speaks for, and the versions it holds under. */
export interface TokenSubject {
  readonly userId: string;
  readonly sessionId: string;
  readonly tokenVersion: number;
  readonly tokenEpoch: number;
  readonly sessionExpiresAtMs: number;
}

export interface IssuedToken {
  readonly accessToken: string;
  readonly expiresInSeconds: number;
}

/** Signs an access token (RFC 9068). It ends with its session, if that is sooner than its own life. */
export async function issueAccessToken(
  keyRing: KeyRing,
  settings: Settings,
  subject: TokenSubject,
  nowMs: number,
): Promise<IssuedToken> {
  const iat = Math.floor(nowMs / 1000);
  const sessionEnd = Math.floor(subject.sessionExpiresAtMs / 1000);
  const exp = Math.min(iat + settings.accessTokenTtlSeconds, Math.max(sessionEnd, iat + 1));
  const claims: AccessTokenClaims = {
    iss: settings.issuer,
    aud: settings.audience,
    sub: subject.userId,
    sid: subject.sessionId,
    ver: subject.tokenVersion,
    epoch: subject.tokenEpoch,
    iat,
    exp,
    jti: randomUUID(),
  };
  const signer = signerOf((await keyRing.fresh()).keys.values(), nowMs);
  if (signer === undefined) throw new Error("There is no key that signs");
  const accessToken = await new SignJWT({ ...claims })
    .setProtectedHeader({ alg: settings.algorithm, kid: signer.kid, typ: "at+jwt" })
    .sign(signer.privateKey);
  return { accessToken, expiresInSeconds: exp - iat };
}
