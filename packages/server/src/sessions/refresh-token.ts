import { createHash, createHmac, randomBytes, randomUUID } from "node:crypto";
import { lowerCaseUuidSchema } from "../text-rules.ts";

const secretBytes = 32;
/** Longest refresh token that is looked at, in characters. Ours have 80. */
export const refreshTokenLengthMax = 200;

/** A refresh token: the id finds its row, the secret proves it. Only the secret's hash is stored. */
export interface RefreshToken {
  readonly id: string;
  readonly secret: Buffer;
}

export function makeRefreshToken(): RefreshToken {
  return { id: randomUUID(), secret: randomBytes(secretBytes) };
}

/**
 * The token that follows `parent`. Its secret is derived, so that a repeated refresh within the
 * grace answers the same successor though no secret was stored; without the key and the parent
 * nobody can derive it.
 */
export function successorOf(
  parent: RefreshToken,
  successorId: string,
  successionKey: Buffer,
): RefreshToken {
  const secret = createHmac("sha256", successionKey)
    .update(parent.id)
    .update(parent.secret)
    .update(successorId)
    .digest();
  return { id: successorId, secret };
}

/** Plain SHA-256 will do: there is nothing to guess in 256 random bits. */
export function hashOf(token: RefreshToken): Buffer {
  return createHash("sha256").update(token.secret).digest();
}

export function writeRefreshToken(token: RefreshToken): string {
  return `${token.id}.${token.secret.toString("base64url")}`;
}

/** Reads the one spelling that {@link writeRefreshToken} makes of a token. */
export function parseRefreshToken(text: string): RefreshToken | undefined {
  const [id = "", encoded = "", ...rest] = text.split(".", 3);
  if (rest.length > 0 || !lowerCaseUuidSchema.safeParse(id).success) return undefined;
  const secret = Buffer.from(encoded, "base64url");
  if (secret.length !== secretBytes || secret.toString("base64url") !== encoded) return undefined;
  return { id, secret };
}
