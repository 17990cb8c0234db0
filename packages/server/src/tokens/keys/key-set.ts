import type { CryptoKey, JWK } from "jose";
import type { DerivedKeys } from "../../derived-keys.ts";
import type { TokenAlgorithm } from "../../options.ts";
import type { NewSigningKey, SealedSigningKey } from "../../repositories/signing-keys.ts";
import { DamagedKeyError, SecretMismatchError } from "../../start-errors.ts";
import type { KeyTimes } from "./key-times.ts";
import { importKeyPair, publishedJwk, readPrivateJwk, thumbprintOf } from "./private-jwk.ts";
import type { PrivateJwk } from "./private-jwk.ts";
import { seal, unsealWithAny } from "./seal.ts";

/** A signing key, opened. */
export interface OpenedKey extends KeyTimes {
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}

/** The keys of one moment; never changed, only replaced. */
export interface KeySet {
  /** The realm's key generation when they were loaded: while it stays, they are all there are. */
  readonly generation: number;
  /** By key id: the only keys a token can name. */
  readonly keys: ReadonlyMap<string, OpenedKey>;
  readonly publicJwks: readonly JWK[];
}

export interface KeyWindow {
  readonly createdAtMs: number;
  readonly activatesAtMs: number;
}

/** Puts a key into the form in which it is stored. */
export async function sealSigningKey(
  jwk: PrivateJwk,
  algorithm: TokenAlgorithm,
  encryptionKey: Buffer,
  window: KeyWindow,
): Promise<NewSigningKey> {
  const kid = await thumbprintOf(jwk);
  return {
    kid,
    algorithm,
    publicJwk: publishedJwk(jwk, kid, algorithm),
    privateKeyEncrypted: seal(encryptionKey, kid, Buffer.from(JSON.stringify(jwk))),
    ...window,
  };
}

/**
 * Opens the stored keys. Also the public parts are taken from what the secret opened: who can write
 * to the table, but does not have the secret, can add no key that we would verify with.
 *
 * @throws SecretMismatchError
 * @throws DamagedKeyError
 */
export async function openKeySet(
  stored: readonly SealedSigningKey[],
  generation: number,
  algorithm: TokenAlgorithm,
  encryptionKeys: DerivedKeys,
): Promise<KeySet> {
  const keys = new Map<string, OpenedKey>();
  const publicJwks: JWK[] = [];
  for (const key of stored) {
    const { kid, activatesAt, retiredAt } = key;
    const jwk = await openPrivateJwk(key, algorithm, encryptionKeys);
    keys.set(kid, { kid, activatesAt, retiredAt, ...(await importKeyPair(jwk, algorithm)) });
    publicJwks.push(publishedJwk(jwk, kid, algorithm));
  }
  return { generation, keys, publicJwks };
}

/**
 * Opens what a stored key verifies with.
 *
 * @throws SecretMismatchError
 * @throws DamagedKeyError
 */
export async function openPublicKey(
  key: SealedSigningKey,
  algorithm: TokenAlgorithm,
  encryptionKeys: DerivedKeys,
): Promise<CryptoKey> {
  const jwk = await openPrivateJwk(key, algorithm, encryptionKeys);
  const { publicKey } = await importKeyPair(jwk, algorithm);
  return publicKey;
}

async function openPrivateJwk(
  { kid, privateKeyEncrypted }: SealedSigningKey,
  algorithm: TokenAlgorithm,
  encryptionKeys: DerivedKeys,
): Promise<PrivateJwk> {
  const opened = unsealWithAny(encryptionKeys, kid, privateKeyEncrypted);
  if (opened === undefined) {
    throw new SecretMismatchError(
      `No secret of this node opens the signing key ${kid}. Start with the secret it was made ` +
        "with. If that is lost, or somebody changed the row: delete the row from " +
        "portcullis.signing_key and start again; access tokens of that key are then refused " +
        "until their clients refresh.",
    );
  }
  const jwk = readPrivateJwk(JSON.parse(opened.plaintext.toString()), algorithm);
  if (jwk === undefined || (await thumbprintOf(jwk)) !== kid) {
    throw new DamagedKeyError(
      `The signing key ${kid} is not what its row in portcullis.signing_key says: another key, or ` +
        `none for ${algorithm}. Restore the row, or delete it and start again.`,
    );
  }
  return jwk;
}
