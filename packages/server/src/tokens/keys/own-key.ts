import { createPrivateKey, randomBytes } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { compactVerify, CompactSign } from "jose";
import type { TokenAlgorithm } from "../../options.ts";
import { importKeyPair, readPrivateJwk, thumbprintOf } from "./private-jwk.ts";
import type { PrivateJwk } from "./private-jwk.ts";
import { WeakKeyError } from "./weak-key-error.ts";

const textBytesMax = 8192;
/** 32 random bytes have about 30 different ones; fewer than 8 never happens by chance. */
const differentBytesMin = 8;

/** Thumbprints of the keys whose private parts RFCs print as examples. */
const printedKeys: ReadonlySet<string> = new Set([
  // RFC 8037, appendix A
  "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
  // RFC 7515, appendix A.3
  "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U",
  // RFC 7517, appendix A.2
  "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s",
]);

/** What a key of each algorithm is, and the names by which a JWK may call its use. */
const kinds = {
  EdDSA: { kty: "OKP", crv: "Ed25519", algs: ["EdDSA", "Ed25519"] },
  ES256: { kty: "EC", crv: "P-256", algs: ["ES256"] },
} as const;

/**
 * Reads a key that an operator brings: a private JWK, or PKCS#8 in PEM.
 *
 * @throws WeakKeyError
 */
export async function readOwnKey(text: string, algorithm: TokenAlgorithm): Promise<PrivateJwk> {
  if (Buffer.byteLength(text) > textBytesMax) {
    throw new WeakKeyError(`it is larger than ${textBytesMax} bytes`);
  }
  const isPem = text.trimStart().startsWith("-----BEGIN");
  const members = isPem ? readPem(text) : readJson(text);
  checkKind(members, algorithm);
  checkUse(members, algorithm);
  const { use: _use, key_ops: _keyOps, alg: _alg, kid: _kid, ext: _ext, ...numbers } = members;
  const jwk = readPrivateJwk(numbers, algorithm);
  if (jwk === undefined) {
    throw new WeakKeyError(
      "it is malformed: its numbers must be 32 bytes of base64url each, and nothing else in it",
    );
  }
  if (new Set(Buffer.from(jwk.d, "base64url")).size < differentBytesMin) {
    throw new WeakKeyError("its private part is not random");
  }
  await checkPair(jwk, algorithm);
  if (printedKeys.has(await thumbprintOf(jwk))) {
    throw new WeakKeyError("it is an example of an RFC, so everybody has it");
  }
  return jwk;
}

type Members = Readonly<Record<string, unknown>>;

function readJson(text: string): Members {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own text would quote the key.
    throw new WeakKeyError("it is neither a JWK nor a PEM");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new WeakKeyError("it is neither a JWK nor a PEM");
  }
  if ("keys" in value) throw new WeakKeyError("it is a set of keys; give one of them");
  return value as Members;
}

function readPem(text: string): Members {
  const pem = /^\s*-----BEGIN ([A-Z0-9 ]{1,40})-----[A-Za-z0-9+/=\s]*-----END \1-----\s*$/.exec(
    text,
  );
  const label = pem?.[1];
  if (label === undefined) throw new WeakKeyError("it is not one well-formed PEM");
  if (label.endsWith("PUBLIC KEY")) throw new WeakKeyError("it has no private part");
  if (label !== "PRIVATE KEY") {
    throw new WeakKeyError(
      "the PEM is not plain PKCS#8; convert it with: openssl pkcs8 -topk8 -nocrypt",
    );
  }
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: text, format: "pem", type: "pkcs8" });
  } catch {
    throw new WeakKeyError("OpenSSL does not read it as a private key");
  }
  return exportMembers(key);
}

/** Other kinds have no JWK, or none that says more than their kind. */
function exportMembers(key: KeyObject): Members {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  const isOneOfOurs = type === "ed25519" || (type === "ec" && details?.namedCurve === "prime256v1");
  if (isOneOfOurs) return { ...key.export({ format: "jwk" }) };
  return type === "rsa" || type === "rsa-pss" ? { kty: "RSA" } : { kty: type };
}

function checkKind(members: Members, algorithm: TokenAlgorithm): void {
  const { kty, crv } = kinds[algorithm];
  if (members["kty"] === "RSA") throw new WeakKeyError("RSA keys are not used, of any size");
  if (members["kty"] === "oct") throw new WeakKeyError("it is symmetric: who verifies could sign");
  if (members["kty"] !== kty || members["crv"] !== crv) {
    throw new WeakKeyError(`${algorithm}, which is configured, takes a ${crv} key`);
  }
  if (members["d"] === undefined) throw new WeakKeyError("it has no private part");
}

/** A key that is also used elsewhere, or for something else, is a weaker one. */
function checkUse(members: Members, algorithm: TokenAlgorithm): void {
  const { use = "sig", key_ops: operations = ["sign"], alg = algorithm } = members;
  const mayVerify = Array.isArray(operations) && operations.length === 2;
  const isForSigning =
    Array.isArray(operations) &&
    operations.includes("sign") &&
    (operations.length === 1 || (mayVerify && operations.includes("verify")));
  if (use !== "sig" || !isForSigning) {
    throw new WeakKeyError('its "use" or "key_ops" is not for signing');
  }
  if (!kinds[algorithm].algs.some((name) => name === alg)) {
    throw new WeakKeyError(`its "alg" is not ${algorithm}`);
  }
}

/** The pair has to verify what it signs: no library checks that the two parts belong together. */
async function checkPair(jwk: PrivateJwk, algorithm: TokenAlgorithm): Promise<void> {
  try {
    const { privateKey, publicKey } = await importKeyPair(jwk, algorithm);
    const signed = await new CompactSign(randomBytes(32))
      .setProtectedHeader({ alg: algorithm })
      .sign(privateKey);
    await compactVerify(signed, publicKey, { algorithms: [algorithm] });
  } catch {
    throw new WeakKeyError(
      "its parts are not one pair: the public one is not a point of the curve, or not that of the private one",
    );
  }
}
