import type { z } from "zod";
import { headerSchema } from "./claims.ts";
import type { AccessTokenHeader } from "./claims.ts";

/** Longest access token that is looked at, in characters. Ours have about 500. */
const tokenLengthMax = 4096;

/** What the bytes of a token say. Nothing in it may be believed before the signature is checked. */
export type GateOutcome<Claims> =
  | {
      readonly kind: "well_formed";
      readonly header: AccessTokenHeader;
      readonly unverifiedClaims: Claims;
    }
  | Malformed;

interface Malformed {
  readonly kind: "malformed";
  readonly why: string;
}

/**
 * Lets only tokens through that have one possible reading: JWS libraries accept aliases of a valid
 * token (padding, spare bits, duplicate keys), headers that bring their own key, and any claim
 * types; here those are refused before a signature is computed.
 */
export function readToken<Claims>(token: string, claims: z.ZodType<Claims>): GateOutcome<Claims> {
  if (token.length > tokenLengthMax) return malformed("too long");
  const parts = token.split(".", 4);
  const [header, payload, signature] = parts;
  if (parts.length !== 3 || !header || !payload || !signature) return malformed("not three parts");
  if (decode(signature) === undefined) return malformed("signature is not canonical base64url");

  const readHeader = headerSchema.safeParse(decodeJson(header));
  if (!readHeader.success) return malformed("header");
  const readClaims = claims.safeParse(decodeJson(payload));
  if (!readClaims.success) return malformed("claims");
  return { kind: "well_formed", header: readHeader.data, unverifiedClaims: readClaims.data };
}

function malformed(why: string): Malformed {
  return { kind: "malformed", why };
}

/** The bytes of canonical base64url (RFC 7515, section 2), the only encoding of them. */
function decode(part: string): Buffer | undefined {
  const bytes = Buffer.from(part, "base64url");
  return bytes.toString("base64url") === part ? bytes : undefined;
}

/** The value of canonical JSON in UTF-8: no blanks, no duplicate keys, no other spelling of a number. */
function decodeJson(part: string): unknown {
  const bytes = decode(part);
  if (bytes === undefined) return undefined;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const value: unknown = JSON.parse(text);
    return JSON.stringify(value) === text ? value : undefined;
  } catch {
    // Not UTF-8, not JSON, or nested deeper than the stack: the schema refuses `undefined`.
    return undefined;
  }
}
