import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { DerivedKeys } from "../../derived-keys.ts";

const nonceBytes = 12;
const tagBytes = 16;

/**
 * Encrypts with AES-256-GCM: `nonce | tag | ciphertext`, a fresh random nonce each time. `context`
 * is bound to it, so that the result opens nowhere else.
 */
export function seal(key: Buffer, context: string, plaintext: Uint8Array): Uint8Array {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(context));
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]);
}

/** Opens what {@link seal} made; `undefined` with another key, another context or changed bytes. */
export function unseal(key: Buffer, context: string, sealed: Uint8Array): Buffer | undefined {
  if (sealed.length < nonceBytes + tagBytes) return undefined;
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  });
  decipher.setAAD(Buffer.from(context));
  decipher.setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes));
  const plaintext = decipher.update(sealed.subarray(nonceBytes + tagBytes));
  try {
    return Buffer.concat([plaintext, decipher.final()]);
  } catch {
    // final() throws when the tag does not fit, and for nothing else.
    return undefined;
  }
}

/** What was sealed, and whether it was with the key that seals now. */
export interface Unsealed {
  readonly plaintext: Buffer;
  readonly isCurrent: boolean;
}

/** Opens with the first of the keys that fits: a secret that is being replaced opens to the end. */
export function unsealWithAny(
  keys: DerivedKeys,
  context: string,
  sealed: Uint8Array,
): Unsealed | undefined {
  for (const [index, key] of keys.entries()) {
    const plaintext = unseal(key, context, sealed);
    if (plaintext !== undefined) return { plaintext, isCurrent: index === 0 };
  }
  return undefined;
}
