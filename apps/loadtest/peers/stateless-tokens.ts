import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { jwtVerify, SignJWT, type CryptoKey } from "jose";
import { bearerOf, bearerToken } from "./bearer-token.ts";
import type { SignedIn } from "./peer.ts";
import type { UserContext } from "./protected-router.ts";

const issuer = "https://auth.example.com";
const audience = "https://api.example.com";

/** One key for a symmetric algorithm, a pair for the others. */
export interface TokenKeys {
  readonly algorithm: "HS256" | "EdDSA";
  readonly privateKey: CryptoKey | Uint8Array;
  readonly publicKey: CryptoKey | Uint8Array;
}

export interface StatelessTokens {
  readonly signIn: () => Promise<SignedIn>;
  readonly createContext: (headers: IncomingHttpHeaders) => Promise<UserContext>;
}

/** Tokens that are checked by themselves, each request anew, and that nothing can revoke. */
export function statelessTokens({ algorithm, privateKey, publicKey }: TokenKeys): StatelessTokens {
  return {
    async signIn() {
      const user = { id: randomUUID(), name: "Ada Lovelace" };
      const token = await new SignJWT({ name: user.name })
        .setProtectedHeader({ alg: algorithm })
        .setSubject(user.id)
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime("1h")
        .sign(privateKey);
      return { credential: bearerOf(token), user };
    },
    async createContext(headers) {
      const token = bearerToken(headers);
      if (token === undefined) return { user: undefined };
      try {
        const { payload } = await jwtVerify(token, publicKey, {
          algorithms: [algorithm],
          issuer,
          audience,
        });
        return { user: { id: String(payload.sub), name: String(payload["name"]) } };
      } catch {
        return { user: undefined };
      }
    },
  };
}
