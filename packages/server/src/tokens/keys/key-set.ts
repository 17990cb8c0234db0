import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK } from "jose";
import type { CryptoKey, JWK } from "jose";
import type { TokenAlgorithm } from "../../options.ts";
import type { NewSigningKey, StoredSigningKey } from "../../repositories/signing-keys.ts";
import { SecretMismatchError } from "../../start-errors.ts";
import { seal, unseal } from "./seal.ts";

/** The keys of one moment; never changed, only replaced. */
export interface KeySet {
  readonly signer: { readonly kid: string; readonly privateKey: CryptoKey };
  /** Public keys by key id: the only keys a token can name. */
  readonly verifiers: ReadonlyMap<string, CryptoKey>;
  readonly publicJwks: readonly JWK[];
}

/** Makes a key pair; its id is its thumbprint (RFC 7638). */
export async function makeSigningKey(
  algorithm: TokenAlgorithm,
  encryptionKey: Buffer,
  nowMs: number,
): Promise<NewSigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const publicJwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  const privateJwk = Buffer.from(JSON.stringify(await exportJWK(privateKey)));
  return {
    kid,
    algorithm,
    publicJwk: { ...publicJwk, kid, alg: algorithm, use: "sig" },
    privateKeyEncrypted: seal(encryptionKey, kid, privateJwk),
    createdAtMs: nowMs,
  };
}

/**
 * @returns `undefined` when none of the keys is active.
 * @throws SecretMismatchError
 */
export async function openKeySet(
  stored: readonly StoredSigningKey[],
  algorithm: TokenAlgorithm,
  encryptionKey: Buffer,
): Promise<KeySet | undefined> {
  const active = stored.find((key) => key.retiredAt === null);
  if (active === undefined) return undefined;
  const publicJwks = stored.map((key) => key.publicJwk as JWK);
  const verifiers = new Map<string, CryptoKey>();
  for (const { kid, publicJwk } of stored) {
    verifiers.set(kid, await importKey(publicJwk as JWK, algorithm));
  }
  return {
    signer: { kid: active.kid, privateKey: await openPrivateKey(active, algorithm, encryptionKey) },
    verifiers,
    publicJwks,
  };
}

async function openPrivateKey(
  stored: StoredSigningKey,
  algorithm: TokenAlgorithm,
  encryptionKey: Buffer,
): Promise<CryptoKey> {
  const privateJwk = unseal(encryptionKey, stored.kid, stored.privateKeyEncrypted);
  if (privateJwk === undefined) {
    throw new SecretMismatchError(
      `The signing key ${stored.kid} was encrypted with another secret. Start with the secret it ` +
        "was made with. If that is lost: delete the row from portcullis.signing_key and start " +
        "again; a new key is made, and access tokens of the old one are refused until their " +
        "clients refresh.",
    );
  }
  return importKey(JSON.parse(privateJwk.toString()) as JWK, algorithm);
}

async function importKey(jwk: JWK, algorithm: TokenAlgorithm): Promise<CryptoKey> {
  const key = await importJWK(jwk, algorithm);
  if (key instanceof Uint8Array) throw new TypeError("A signing key is not a key pair");
  return key;
}
