import { createPrivateKey, randomUUID, sign, type KeyObject } from "node:crypto";
import { sessionIdOf, userIdOf, type SeededUsers } from "./seeded-users.ts";

/** What access tokens of a stage are signed with, as JSON carries it. */
export interface TokenKey {
  readonly kid: string;
  /** PKCS#8. */
  readonly pem: string;
  readonly issuer: string;
  readonly audience: string;
  readonly lifeSeconds: number;
}

export interface TokenMint {
  /** The access token of a user's session: the same one until half its life is over. */
  readonly tokenOf: (user: number, session?: number) => string;
}

/** Most tokens that are kept; 600 bytes each. Above it the oldest is made anew when it is wanted. */
const keptMax = 100_000;

/** Signs tokens for seeded users as the service does for those who log in. */
export function createTokenMint(key: TokenKey, users: SeededUsers): TokenMint {
  const privateKey = createPrivateKey(key.pem);
  const header = encode({ alg: "EdDSA", kid: key.kid, typ: "at+jwt" });
  const kept = new Map<string, { readonly token: string; readonly freshUntilMs: number }>();
  return {
    tokenOf(user, session = 0) {
      const name = `${user}/${session}`;
      const nowMs = Date.now();
      const known = kept.get(name);
      if (known !== undefined && known.freshUntilMs > nowMs) return known.token;
      const token = mint(key, privateKey, header, {
        sub: userIdOf(users, user),
        sid: sessionIdOf(users, user, session),
        iat: Math.floor(nowMs / 1000),
      });
      kept.delete(name);
      kept.set(name, { token, freshUntilMs: nowMs + key.lifeSeconds * 500 });
      const [oldest] = kept.size > keptMax ? kept.keys() : [];
      if (oldest !== undefined) kept.delete(oldest);
      return token;
    },
  };
}

function mint(
  { issuer: iss, audience: aud, lifeSeconds }: TokenKey,
  privateKey: KeyObject,
  header: string,
  { sub, sid, iat }: { readonly sub: string; readonly sid: string; readonly iat: number },
): string {
  const exp = iat + lifeSeconds;
  const claims = { iss, aud, sub, sid, ver: 1, epoch: 1, iat, exp, jti: randomUUID() };
  const signed = `${header}.${encode(claims)}`;
  return `${signed}.${sign(null, Buffer.from(signed), privateKey).toString("base64url")}`;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
