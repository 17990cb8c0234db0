import { createLocalJWKSet, errors, jwtVerify, type JSONWebKeySet } from "jose";
import { z } from "zod";

/** Whose token it is, and of which version of the user, as the token says it. */
export interface StatelessClaims {
  readonly sub: string;
  readonly ver: number;
}

/** What the check of a token comes to that looks at nothing but the token. */
export type StatelessOutcome =
  | { readonly kind: "accepted"; readonly claims: StatelessClaims }
  | { readonly kind: "refused"; readonly reason: "token_invalid" | "token_expired" };

export interface StatelessRules {
  readonly issuer: string;
  readonly audience: string;
  readonly jwks: () => JSONWebKeySet;
  readonly now: () => number;
}

const claimsSchema = z.object({ sub: z.string(), ver: z.int() });

/**
 * Checks a token the way that most services do: signature, issuer, audience, end. It does not see
 * that a token was revoked, and is here to show that. **It must not protect anything.**
 */
export async function checkStateless(
  token: string,
  { issuer, audience, jwks, now }: StatelessRules,
): Promise<StatelessOutcome> {
  try {
    const { payload } = await jwtVerify(token, createLocalJWKSet(jwks()), {
      issuer,
      audience,
      algorithms: ["EdDSA", "ES256"],
      currentDate: new Date(now()),
      requiredClaims: ["exp"],
    });
    const claims = claimsSchema.safeParse(payload);
    if (!claims.success) return { kind: "refused", reason: "token_invalid" };
    return { kind: "accepted", claims: claims.data };
  } catch (error) {
    if (error instanceof errors.JWTExpired) return { kind: "refused", reason: "token_expired" };
    if (error instanceof errors.JOSEError) return { kind: "refused", reason: "token_invalid" };
    throw error;
  }
}
