import { createHmac } from "node:crypto";
import type { DerivedKeys } from "../derived-keys.ts";
import { SecretMismatchError } from "../start-errors.ts";
import { isSecretOf } from "../tokens/opaque-token.ts";
import type { OpaqueToken } from "../tokens/opaque-token.ts";

/**
 * The refresh token that follows `parent`. Its secret is derived, so that a repeated refresh within
 * the grace answers the same successor though no secret was stored; without the key and the parent
 * nobody can derive it.
 */
export function successorOf(
  parent: OpaqueToken,
  successorId: string,
  successionKey: Buffer,
): OpaqueToken {
  const secret = createHmac("sha256", successionKey)
    .update(parent.id)
    .update(parent.secret)
    .update(successorId)
    .digest();
  return { id: successorId, secret };
}

/**
 * The token that followed `parent` before: of another node, or before the secret was replaced, its
 * key may be any of ours.
 *
 * @throws SecretMismatchError when it is none of them.
 */
export function findSuccessor(
  parent: OpaqueToken,
  stored: { readonly id: string; readonly secretHash: Uint8Array },
  successionKeys: DerivedKeys,
): OpaqueToken {
  for (const key of successionKeys) {
    const token = successorOf(parent, stored.id, key);
    if (isSecretOf(token, stored.secretHash)) return token;
  }
  throw new SecretMismatchError(
    "A refresh token was derived with a secret that this node does not have. Give all nodes the " +
      "same secrets, and keep a replaced one in the list for a minute at least.",
  );
}
