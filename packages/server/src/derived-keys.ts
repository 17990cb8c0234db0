import { hkdfSync } from "node:crypto";

/** What a key derived from the secret is for. A purpose has its own key, and keeps it for good. */
export type KeyPurpose = "signing-key-encryption" | "refresh-token-succession";

/** HKDF-SHA-256 (RFC 5869) of the secret: 32 bytes that tell nothing of the secret or of each other. */
export function deriveKey(secret: string, purpose: KeyPurpose): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "", `portcullis ${purpose} v1`, 32));
}
