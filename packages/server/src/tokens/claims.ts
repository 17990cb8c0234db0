import { z } from "zod";
import { lowerCaseUuidSchema } from "../text-rules.ts";

/** How far ahead of ours the clock of the node that signed may run, in seconds. */
export const clockSkewSeconds = 30;

export interface ClaimRules {
  readonly issuer: string;
  readonly audience: string;
  readonly accessTokenTtlSeconds: number;
}

const sessionShape = {
  sub: lowerCaseUuidSchema,
  sid: lowerCaseUuidSchema,
  exp: z.int().min(0),
} as const;

/**
 * The claims of an access token (RFC 9068, section 2.2) and nothing besides: `ver` is the user's
 * token version, `epoch` the realm's token epoch, `sid` the session. Whole seconds.
 */
export function claimsSchema(rules: ClaimRules) {
  return z
    .strictObject({
      iss: z.literal(rules.issuer),
      aud: z.literal(rules.audience),
      ...sessionShape,
      ver: z.int().min(1),
      epoch: z.int().min(1),
      iat: z.int().min(0),
      jti: lowerCaseUuidSchema,
    })
    .refine(
      ({ iat, exp }) => exp > iat && exp - iat <= rules.accessTokenTtlSeconds,
      "lives too long",
    );
}

export type AccessTokenClaims = z.infer<ReturnType<typeof claimsSchema>>;

/**
 * Which session a token is of, and until when. The other claims are left to the node that accepts
 * the token: its rules may differ from ours, and its version may know claims that ours does not.
 */
export const sessionClaimsSchema = z.object(sessionShape);

/** A key's thumbprint (RFC 7638) in base64url. */
export const keyIdSchema = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** The protected header of an access token: these three and nothing besides. */
export const headerSchema = z.strictObject({
  alg: z.enum(["EdDSA", "ES256"]),
  kid: keyIdSchema,
  typ: z.literal("at+jwt"),
});

export type AccessTokenHeader = z.infer<typeof headerSchema>;
