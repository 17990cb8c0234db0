import { hkdfSync } from "node:crypto";
import type { Secrets } from "./secrets.ts";

/** What a key derived from a secret is for. A purpose has its own key, and keeps it for good. */
export type KeyPurpose =
  | "signing-key-encryption"
  | "refresh-token-succession"
  | "mail-encryption"
  | "limit-keys";

/** A key of each secret for one purpose: the first is to be used, the others open what is older. */
export type DerivedKeys = readonly [Buffer, ...Buffer[]];

/** HKDF-SHA-256 (RFC 5869): 32 bytes a secret, which tell nothing of the secret or of each other. */
export function deriveKeys([first, ...older]: Secrets, purpose: KeyPurpose): DerivedKeys {
  const derive = (secret: string): Buffer =>
    Buffer.from(hkdfSync("sha256", secret, "", `portcullis ${purpose} v1`, 32));
  return [derive(first), ...older.map(derive)];
}
