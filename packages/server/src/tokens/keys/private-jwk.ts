import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK } from "jose";
import type { CryptoKey, JWK } from "jose";
import { z } from "zod";
import type { TokenAlgorithm } from "../../options.ts";

/** 32 bytes in their one base64url spelling: what every number of these curves takes. */
const number32 = z.string().refine((text) => {
  const bytes = Buffer.from(text, "base64url");
  return bytes.length === 32 && bytes.toString("base64url") === text;
}, "is not 32 bytes of base64url");

/** The private keys of each algorithm: these members and nothing besides (RFC 7518, RFC 8037). */
const schemas = {
  EdDSA: z.strictObject({
    kty: z.literal("OKP"),
    crv: z.literal("Ed25519"),
    x: number32,
    d: number32,
  }),
  ES256: z.strictObject({
    kty: z.literal("EC"),
    crv: z.literal("P-256"),
    x: number32,
    y: number32,
    d: number32,
  }),
} as const;

/** A key pair of one of the algorithms, in the form that is sealed. */
export type PrivateJwk = z.infer<(typeof schemas)[TokenAlgorithm]>;
export type PublicJwk = Omit<PrivateJwk, "d">;

/** Reads what {@link writePrivateJwk} wrote, or what a person brings; `undefined` if it is no such key. */
export function readPrivateJwk(value: unknown, algorithm: TokenAlgorithm): PrivateJwk | undefined {
  return schemas[algorithm].safeParse(value).data;
}

export async function makePrivateJwk(algorithm: TokenAlgorithm): Promise<PrivateJwk> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
  return schemas[algorithm].parse(await exportJWK(privateKey));
}

function publicPart(jwk: PrivateJwk): PublicJwk {
  const { d: _, ...publicMembers } = jwk;
  return publicMembers;
}

/** A key's id is its thumbprint (RFC 7638), so it names one key and no other. */
export function thumbprintOf(jwk: PrivateJwk): Promise<string> {
  return calculateJwkThumbprint(publicPart(jwk));
}

/** What is published of a key (RFC 7517). */
export function publishedJwk(jwk: PrivateJwk, kid: string, algorithm: TokenAlgorithm): JWK {
  return { ...publicPart(jwk), kid, alg: algorithm, use: "sig" };
}

/** A key pair in the form that signs and verifies; nothing can be exported from the private one. */
export interface KeyPair {
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}

/** @throws what the platform throws of numbers that are no key: a point that is not on the curve. */
export async function importKeyPair(jwk: PrivateJwk, algorithm: TokenAlgorithm): Promise<KeyPair> {
  return {
    privateKey: await importKey(jwk, algorithm),
    publicKey: await importKey(publicPart(jwk), algorithm),
  };
}

async function importKey(jwk: JWK, algorithm: TokenAlgorithm): Promise<CryptoKey> {
  const key = await importJWK(jwk, algorithm);
  if (key instanceof Uint8Array) throw new TypeError("A signing key is not a key pair");
  return key;
}
