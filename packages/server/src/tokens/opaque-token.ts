import { createHash, randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import { lowerCaseUuidSchema } from "../text-rules.ts";

const secretBytes = 32;

/**
 * A token that says nothing by itself: the id finds its row, the secret proves it. Only the secret's
 * hash is stored.
 */
export interface OpaqueToken {
  readonly id: string;
  readonly secret: Buffer;
}

export function makeOpaqueToken(): OpaqueToken {
  return { id: randomUUID(), secret: randomBytes(secretBytes) };
}

/** Plain SHA-256 will do: there is nothing to guess in 256 random bits. */
export function hashOf(token: OpaqueToken): Buffer {
  return createHash("sha256").update(token.secret).digest();
}

/** Compares in a time that does not depend on where the difference is. */
export function isSecretOf(token: OpaqueToken, storedHash: Uint8Array): boolean {
  const hash = hashOf(token);
  return hash.length === storedHash.length && timingSafeEqual(hash, storedHash);
}

export function writeOpaqueToken(token: OpaqueToken): string {
  return `${token.id}.${token.secret.toString("base64url")}`;
}

/** Reads the one spelling that {@link writeOpaqueToken} makes of a token. */
export function parseOpaqueToken(text: string): OpaqueToken | undefined {
  const [id = "", encoded = "", ...rest] = text.split(".", 3);
  if (rest.length > 0 || !lowerCaseUuidSchema.safeParse(id).success) return undefined;
  const secret = Buffer.from(encoded, "base64url");
  if (secret.length !== secretBytes || secret.toString("base64url") !== encoded) return undefined;
  return { id, secret };
}
