import type { DerivedKeys } from "../../derived-keys.ts";
import type { DatabasePort } from "../../repositories/database-port.ts";
import { listSealedSigningKeys, resealSigningKey } from "../../repositories/signing-keys.ts";
import { seal, unsealWithAny } from "./seal.ts";

/**
 * Seals the keys anew that an older secret opens, of all algorithms, so that it can be taken from
 * the list. A key that no secret opens is left as it is: it may belong to an algorithm not in use.
 */
export async function resealKeys(
  database: DatabasePort,
  encryptionKeys: DerivedKeys,
): Promise<void> {
  const stored = await database.read(listSealedSigningKeys);
  for (const { kid, privateKeyEncrypted } of stored) {
    const opened = unsealWithAny(encryptionKeys, kid, privateKeyEncrypted);
    if (opened === undefined || opened.isCurrent) continue;
    const sealed = seal(encryptionKeys[0], kid, opened.plaintext);
    await database.transact((transaction) =>
      resealSigningKey(transaction, kid, privateKeyEncrypted, sealed),
    );
  }
}
