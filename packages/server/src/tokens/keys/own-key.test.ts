import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { TokenAlgorithm } from "../../options.ts";
import { readOwnKey } from "./own-key.ts";
import { makePrivateJwk } from "./private-jwk.ts";
import type { PrivateJwk } from "./private-jwk.ts";
import { WeakKeyError } from "./weak-key-error.ts";

const pem = (key: KeyObject): string => key.export({ type: "pkcs8", format: "pem" }).toString();
const bytes = (fill: number, length = 32): string =>
  Buffer.alloc(length, fill).toString("base64url");

const ed25519 = generateKeyPairSync("ed25519");
const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
const edJwk = await makePrivateJwk("EdDSA");
const ecJwk = await makePrivateJwk("ES256");
const otherEdJwk = await makePrivateJwk("EdDSA");
const otherEcJwk = await makePrivateJwk("ES256");

/** Of P-256 (SEC 2, section 2.4.2). */
const basePoint = {
  x: "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY",
  y: "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU",
};

/** What came of reading a key, as text. */
async function outcomeOf(text: string, algorithm: TokenAlgorithm): Promise<string> {
  try {
    await readOwnKey(text, algorithm);
    return "taken";
  } catch (error) {
    if (error instanceof WeakKeyError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

/** A refusal that says why. */
const weak = (why = ""): unknown =>
  expect.stringMatching(`^weak_key: The key was not imported: .*${why}`);

/** The private keys that RFCs print: of RFC 8037 A.1, RFC 7515 A.3 and RFC 7517 A.2. */
const printedKeys: [string, TokenAlgorithm, object][] = [
  [
    "RFC 8037",
    "EdDSA",
    {
      kty: "OKP",
      crv: "Ed25519",
      d: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
      x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    },
  ],
  [
    "RFC 7515",
    "ES256",
    {
      kty: "EC",
      crv: "P-256",
      x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
      y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
      d: "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
    },
  ],
  [
    "RFC 7517",
    "ES256",
    {
      kty: "EC",
      crv: "P-256",
      x: "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
      y: "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
      d: "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE",
    },
  ],
];

test.each(printedKeys)(
  "V13.3.1 the key that %s prints is refused in every form",
  async (_, algorithm, jwk) => {
    const key = createPrivateKey({ key: { ...jwk }, format: "jwk" });
    for (const text of [JSON.stringify({ ...jwk, kid: "mine" }), pem(key)]) {
      expect(await outcomeOf(text, algorithm)).toEqual(weak("it is an example of an RFC"));
    }
  },
);

describe("taken", () => {
  test.each<[string, string, TokenAlgorithm]>([
    ["an Ed25519 JWK", JSON.stringify(edJwk), "EdDSA"],
    ["a P-256 JWK", JSON.stringify(ecJwk), "ES256"],
    ["an Ed25519 PEM", pem(ed25519.privateKey), "EdDSA"],
    ["a P-256 PEM", pem(p256.privateKey), "ES256"],
    ["a PEM between blank lines", `\n\n${pem(p256.privateKey)}\n\n`, "ES256"],
    [
      "a JWK that says what it is for",
      JSON.stringify({ ...edJwk, use: "sig", alg: "EdDSA", kid: "k" }),
      "EdDSA",
    ],
    [
      "a JWK as browsers export it",
      JSON.stringify({ ...edJwk, alg: "Ed25519", key_ops: ["sign"], ext: true }),
      "EdDSA",
    ],
    [
      "a JWK for both operations",
      JSON.stringify({ ...ecJwk, key_ops: ["verify", "sign"] }),
      "ES256",
    ],
  ])("%s", async (_, text, algorithm) => {
    const jwk = await readOwnKey(text, algorithm);
    const members =
      algorithm === "EdDSA" ? ["crv", "d", "kty", "x"] : ["crv", "d", "kty", "x", "y"];
    expect(Object.keys(jwk).toSorted()).toEqual(members);
  });

  test("an import changes none of its numbers", async () => {
    expect(await readOwnKey(JSON.stringify(edJwk), "EdDSA")).toEqual(edJwk);
    expect(await readOwnKey(JSON.stringify(ecJwk), "ES256")).toEqual(ecJwk);
    expect(
      await readOwnKey(pem(createPrivateKey({ key: { ...ecJwk }, format: "jwk" })), "ES256"),
    ).toEqual(ecJwk);
    expect(
      await readOwnKey(pem(createPrivateKey({ key: { ...edJwk }, format: "jwk" })), "EdDSA"),
    ).toEqual(edJwk);
  });
});

describe("V11.6.1 keys of other kinds are refused", () => {
  const rsa = (modulusLength: number): string =>
    pem(generateKeyPairSync("rsa", { modulusLength }).privateKey);
  const rsaJwk = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
    format: "jwk",
  });
  const curve = (namedCurve: string): string =>
    pem(generateKeyPairSync("ec", { namedCurve }).privateKey);

  test.each<[string, () => string, string]>([
    ["RSA of 1024 bits", () => rsa(1024), "RSA"],
    ["RSA of 2048 bits", () => rsa(2048), "RSA"],
    ["RSA of 3072 bits", () => rsa(3072), "RSA"],
    [
      "RSA-PSS",
      () => pem(generateKeyPairSync("rsa-pss", { modulusLength: 2048 }).privateKey),
      "RSA",
    ],
    ["an RSA JWK", () => JSON.stringify(rsaJwk), "RSA"],
    ["an RSA JWK with an exponent of 1", () => JSON.stringify({ ...rsaJwk, e: "AQ" }), "RSA"],
    ["Ed448", () => pem(generateKeyPairSync("ed448").privateKey), "takes a"],
    ["X25519", () => pem(generateKeyPairSync("x25519").privateKey), "takes a"],
    [
      "DSA",
      () => pem(generateKeyPairSync("dsa", { modulusLength: 2048, divisorLength: 256 }).privateKey),
      "takes a",
    ],
    ["P-384", () => curve("P-384"), "takes a"],
    ["P-521", () => curve("P-521"), "takes a"],
    ["secp256k1", () => curve("secp256k1"), "takes a"],
    ["P-192, of 96 bits of security", () => curve("prime192v1"), "takes a"],
  ])("%s", async (_, make, why) => {
    const text = make();
    expect(await outcomeOf(text, "EdDSA")).toEqual(weak(why));
    expect(await outcomeOf(text, "ES256")).toEqual(weak(why));
  });

  test("8725-3.1 a key of the other algorithm, which is not configured", async () => {
    expect(await outcomeOf(JSON.stringify(ecJwk), "EdDSA")).toEqual(weak("takes a Ed25519 key"));
    expect(await outcomeOf(JSON.stringify(edJwk), "ES256")).toEqual(weak("takes a P-256 key"));
    expect(await outcomeOf(pem(p256.privateKey), "EdDSA")).toEqual(weak("takes a Ed25519 key"));
    expect(await outcomeOf(pem(ed25519.privateKey), "ES256")).toEqual(weak("takes a P-256 key"));
  });

  test.each(["", "secret", "x".repeat(31), "x".repeat(32), "x".repeat(64)])(
    "8725-3.5 the symmetric key %j",
    async (secret) => {
      const k = Buffer.from(secret).toString("base64url");
      expect(await outcomeOf(JSON.stringify({ kty: "oct", k, alg: "HS256" }), "EdDSA")).toEqual(
        weak("symmetric"),
      );
      expect(await outcomeOf(secret, "EdDSA")).toEqual(weak());
    },
  );
});

describe("8725-3.4 keys that are none are refused", () => {
  const { d: _, ...edPublic } = edJwk;
  const { d: __, ...ecPublic } = ecJwk;
  const { y: ___, ...ecWithoutY } = ecJwk as PrivateJwk & { y: string };
  const order = "_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE";

  test.each<[string, object]>([
    ["without a private part", edPublic],
    ["with the public part of another", { ...edJwk, x: otherEdJwk.x }],
    ["on another curve by name", { ...edJwk, crv: "Ed448" }],
    ["on a curve for key agreement", { ...edJwk, crv: "X25519" }],
    ["of another type by name", { ...edJwk, kty: "EC" }],
    ["without a type", { ...edJwk, kty: undefined }],
    ["with a private part of 31 bytes", { ...edJwk, d: bytes(9, 31) }],
    ["with a private part of 33 bytes", { ...edJwk, d: bytes(9, 33) }],
    ["with a private part of zeros", { ...edJwk, d: bytes(0) }],
    ["with a public part of zeros", { ...edJwk, x: bytes(0) }],
    ["with a public part above the field", { ...edJwk, x: bytes(255) }],
    ["with padding", { ...edJwk, d: `${edJwk.d}=` }],
    ["with a line break", { ...edJwk, d: `${edJwk.d}\n` }],
    ["with a number for a text", { ...edJwk, d: 7 }],
    ["with an empty private part", { ...edJwk, d: "" }],
    ["with a null for its private part", { ...edJwk, d: null }],
    ["with members of another kind", { ...edJwk, y: edJwk.x }],
    ["with a certificate", { ...edJwk, x5c: ["MIIB"] }],
    ["with a place to load it from", { ...edJwk, jku: "http://127.0.0.1:1/" }],
  ])("Ed25519 %s", async (_name, members) => {
    expect(await outcomeOf(JSON.stringify(members), "EdDSA")).toEqual(weak());
  });

  test.each<[string, object]>([
    ["without a private part", ecPublic],
    ["without half of its point", ecWithoutY],
    ["with the point of another", { ...otherEcJwk, d: ecJwk.d }],
    ["with a point that is not on the curve", { ...ecJwk, x: bytes(7), y: bytes(9) }],
    ["with half of another point", { ...ecJwk, x: otherEcJwk.x }],
    ["with the point at infinity", { ...ecJwk, x: bytes(0), y: bytes(0) }],
    ["with coordinates above the field", { ...ecJwk, x: bytes(255), y: bytes(255) }],
    ["with a short coordinate", { ...ecJwk, x: bytes(7, 31) }],
    ["with a private part of zero", { ...ecJwk, d: bytes(0) }],
    ["with a private part of the order of the curve", { ...ecJwk, d: order }],
    ["with a private part above the order", { ...ecJwk, d: bytes(255) }],
    ["on secp256k1 by name", { ...ecJwk, crv: "secp256k1" }],
    ["on P-384 by name", { ...ecJwk, crv: "P-384" }],
    ["on a curve in lower case", { ...ecJwk, crv: "p-256" }],
  ])("P-256 %s", async (_name, members) => {
    expect(await outcomeOf(JSON.stringify(members), "ES256")).toEqual(weak());
  });

  test("P-256 whose private part is 1: its public part is the base point, known to all", async () => {
    const one = Buffer.alloc(32);
    one[31] = 1;
    const base = {
      kty: "EC",
      crv: "P-256",
      ...basePoint,
      d: one.toString("base64url"),
    };
    expect(await outcomeOf(JSON.stringify(base), "ES256")).toEqual(weak("not random"));
  });

  test("Ed25519 of one repeated byte is to be guessed", async () => {
    const der = Buffer.concat([
      Buffer.from("302e020100300506032b657004220420", "hex"),
      Buffer.alloc(32, 0x61),
    ]);
    const guessed = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
    expect(await outcomeOf(pem(guessed), "EdDSA")).toEqual(weak("not random"));
    expect(await outcomeOf(JSON.stringify(guessed.export({ format: "jwk" })), "EdDSA")).toEqual(
      weak("not random"),
    );
  });

  test("PKCS#8 whose public point belongs to another private key", async () => {
    const mine = p256.privateKey.export({ type: "pkcs8", format: "der" });
    const other = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
    const theirs = other.export({ type: "pkcs8", format: "der" });
    // The uncompressed point of 65 bytes stands at the end.
    const mixed = Buffer.concat([mine.subarray(0, -64), theirs.subarray(-64)]);
    expect(await outcomeOf(asPem("PRIVATE KEY", mixed), "ES256")).toEqual(weak());
    const offCurve = Buffer.concat([mine.subarray(0, -64), Buffer.alloc(64, 7)]);
    expect(await outcomeOf(asPem("PRIVATE KEY", offCurve), "ES256")).toEqual(weak());
  });

  test("P-256 spelled out with a base point of the attacker's", async () => {
    const { privateKey } = generateKeyPairSync("ec", {
      namedCurve: "P-256",
      paramEncoding: "explicit",
    });
    const der = privateKey.export({ type: "pkcs8", format: "der" });
    const baseX = Buffer.from(basePoint.x, "base64url");
    const baseY = Buffer.from(basePoint.y, "base64url");
    const at = der.indexOf(Buffer.concat([baseX, baseY]));
    expect(at).toBeGreaterThan(0);
    // With the public point as the base, the private part would be 1.
    const forged = Buffer.from(der);
    der.copy(forged, at, der.length - 64);
    expect(await outcomeOf(asPem("PRIVATE KEY", forged), "ES256")).toEqual(weak());
  });
});

function asPem(label: string, der: Buffer): string {
  return `-----BEGIN ${label}-----\n${der.toString("base64")}\n-----END ${label}-----\n`;
}

describe("V11.2.5 what is not one private key in plain text is refused", () => {
  const edPem = pem(ed25519.privateKey);
  const ecDer = p256.privateKey.export({ type: "sec1", format: "der" });

  test.each<[string, string]>([
    ["nothing", ""],
    ["blanks", " \n "],
    ["text", "not a key"],
    ["null", "null"],
    ["a number", "7"],
    ["a list", JSON.stringify([edJwk])],
    ["a set", JSON.stringify({ keys: [edJwk] })],
    ["JSON that is cut off", JSON.stringify(edJwk).slice(0, -2)],
    ["JSON behind a byte order mark", `\uFEFF${JSON.stringify(edJwk)}`],
    ["two PEMs", edPem + edPem],
    ["a PEM with text before it", `Key Attributes\n${edPem}`],
    ["a PEM without an end", edPem.slice(0, 80)],
    ["a PEM with two labels", edPem.replace("END PRIVATE", "END PUBLIC")],
    ["an empty PEM", asPem("PRIVATE KEY", Buffer.alloc(0))],
    ["a PEM of random bytes", asPem("PRIVATE KEY", Buffer.alloc(48, 7))],
    ["a public key", ed25519.publicKey.export({ type: "spki", format: "pem" }).toString()],
    ["a certificate", asPem("CERTIFICATE", Buffer.alloc(48, 7))],
    ["a SEC 1 PEM", asPem("EC PRIVATE KEY", ecDer)],
    [
      "an encrypted PEM",
      ed25519.privateKey
        .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" })
        .toString(),
    ],
    ["a JWE", "eyJhbGciOiJQQkVTMiJ9.a.b.c.d"],
  ])("%s", async (_, text) => {
    expect(await outcomeOf(text, "EdDSA")).toEqual(weak());
    expect(await outcomeOf(text, "ES256")).toEqual(weak());
  });

  test("more than 8192 bytes, even of blanks, unread", async () => {
    const text = JSON.stringify(edJwk);
    expect(await outcomeOf(text.padEnd(8192), "EdDSA")).toBe("taken");
    expect(await outcomeOf(text.padEnd(8193), "EdDSA")).toEqual(weak("larger than 8192 bytes"));
    expect(await outcomeOf(`"${"ä".repeat(4096)}"`, "EdDSA")).toEqual(
      weak("larger than 8192 bytes"),
    );
  });
});

test.each<[string, object]>([
  ["for encryption", { use: "enc" }],
  ["for nothing", { use: "" }],
  ["for null", { use: null }],
  ["only to verify", { key_ops: ["verify"] }],
  ["for key agreement", { key_ops: ["deriveBits"] }],
  ["for signing and key agreement", { key_ops: ["sign", "deriveBits"] }],
  ["twice for signing", { key_ops: ["sign", "sign"] }],
  ["for no operation", { key_ops: [] }],
  ["for operations in a text", { key_ops: "sign" }],
  ["for another algorithm", { alg: "ES256" }],
  ["for no algorithm", { alg: "none" }],
  ["for a symmetric algorithm", { alg: "HS256" }],
  ["for an algorithm in another case", { alg: "eddsa" }],
  ["for key agreement by algorithm", { alg: "ECDH-ES" }],
])("8725-3.1 a JWK that says it is %s is refused", async (_, members) => {
  expect(await outcomeOf(JSON.stringify({ ...edJwk, ...members }), "EdDSA")).toEqual(weak());
});

test("V13.3.1 no refusal quotes the key", async () => {
  const texts = [
    JSON.stringify({ ...edJwk, x: otherEdJwk.x }),
    JSON.stringify({ ...edJwk, use: "enc" }),
    `${JSON.stringify(edJwk)} and more`,
    JSON.stringify({ ...edJwk, d: `${edJwk.d}A` }),
  ];
  for (const text of texts) {
    const refusal = await readOwnKey(text, "EdDSA").catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: "weak_key" });
    expect((refusal as Error).cause).toBeUndefined();
    for (const part of [edJwk.d, edJwk.x]) {
      expect(String((refusal as Error).stack)).not.toContain(part.slice(0, 8));
    }
  }
});
