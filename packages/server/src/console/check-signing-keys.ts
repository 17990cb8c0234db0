import type { Parts } from "../parts.ts";
import { listSealedSigningKeys } from "../repositories/signing-keys.ts";
import { verifiesUntil } from "../tokens/keys/key-times.ts";
import { unsealWithAny } from "../tokens/keys/seal.ts";

/** Whether the secrets of this node open a signing key. */
export interface SigningKeyCheck {
  readonly kid: string;
  /** With an older secret it is sealed anew at the next start; with none a start fails. */
  readonly opensWith: "newest_secret" | "older_secret" | "no_secret";
}

/** Tries the keys that a start would open, and leaves them as they are. */
export async function checkSigningKeys(
  parts: Pick<Parts, "database" | "sealKeys" | "settings" | "now">,
): Promise<readonly SigningKeyCheck[]> {
  const stored = await parts.database.read(listSealedSigningKeys);
  return stored
    .filter((key) => key.algorithm === parts.settings.algorithm && parts.now() < verifiesUntil(key))
    .map(({ kid, privateKeyEncrypted }) => {
      const opened = unsealWithAny(parts.sealKeys, kid, privateKeyEncrypted);
      if (opened === undefined) return { kid, opensWith: "no_secret" };
      return { kid, opensWith: opened.isCurrent ? "newest_secret" : "older_secret" };
    });
}
