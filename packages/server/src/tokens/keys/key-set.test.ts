import { expect, test } from "vitest";
import { deriveKeys } from "../../derived-keys.ts";
import type { SealedSigningKey } from "../../repositories/signing-keys.ts";
import { openKeySet, sealSigningKey } from "./key-set.ts";
import { makePrivateJwk } from "./private-jwk.ts";
import { seal } from "./seal.ts";

const keys = deriveKeys(["a secret"], "signing-key-encryption");
const algorithms = ["EdDSA", "ES256"] as const;

/** A key as it is read from the table. */
async function storedKey(algorithm: (typeof algorithms)[number]) {
  const jwk = await makePrivateJwk(algorithm);
  const made = await sealSigningKey(jwk, algorithm, keys[0], { createdAtMs: 1, activatesAtMs: 2 });
  const stored: SealedSigningKey = {
    kid: made.kid,
    algorithm,
    privateKeyEncrypted: made.privateKeyEncrypted,
    createdAt: 1,
    activatesAt: 2,
    retiredAt: null,
  };
  return { jwk, made, stored };
}

test.each(algorithms)(
  "V11.6.1 %s: what was made is opened, and can not be exported",
  async (algorithm) => {
    const { made, stored } = await storedKey(algorithm);
    expect(made.kid).toMatch(/^[\w-]{43}$/);
    const opened = await openKeySet([stored], 7, algorithm, keys);
    expect(opened.generation).toBe(7);
    expect([...opened.keys.keys()]).toEqual([made.kid]);
    const key = opened.keys.get(made.kid);
    expect(key).toMatchObject({ kid: made.kid, activatesAt: 2, retiredAt: null });
    expect(key?.privateKey).toMatchObject({ extractable: false, usages: ["sign"] });
    expect(key?.publicKey).toMatchObject({ usages: ["verify"] });
  },
);

test.each(algorithms)("V13.3.1 %s: only public members are published", async (algorithm) => {
  const { jwk, made, stored } = await storedKey(algorithm);
  const { publicJwks } = await openKeySet([stored], 1, algorithm, keys);
  expect(publicJwks).toEqual([made.publicJwk]);
  const members = algorithm === "EdDSA" ? ["kty", "crv", "x"] : ["kty", "crv", "x", "y"];
  expect(Object.keys(publicJwks[0] ?? {}).toSorted()).toEqual(
    [...members, "kid", "alg", "use"].toSorted(),
  );
  expect(JSON.stringify([publicJwks, made])).not.toContain(jwk.d);
});

test("V11.2.5 rows that were swapped, renamed, cut or changed open nothing", async () => {
  const { stored: mine } = await storedKey("EdDSA");
  const { stored: other } = await storedKey("EdDSA");
  const sealed = Buffer.from(mine.privateKeyEncrypted);
  const flipped = Buffer.from(sealed);
  flipped[40] = (flipped[40] ?? 0) ^ 1;
  for (const changes of [
    { privateKeyEncrypted: other.privateKeyEncrypted },
    { kid: other.kid },
    { kid: "__proto__" },
    { privateKeyEncrypted: sealed.subarray(0, -1) },
    { privateKeyEncrypted: sealed.subarray(0, 20) },
    { privateKeyEncrypted: flipped },
  ]) {
    const refusal = openKeySet([other, { ...mine, ...changes }], 1, "EdDSA", keys);
    await expect(refusal).rejects.toMatchObject({ code: "secret_mismatch" });
  }
});

test("8725-3.1 a row opens for the one algorithm that it was made for", async () => {
  const { stored: ed } = await storedKey("EdDSA");
  const { stored: ec } = await storedKey("ES256");
  for (const [stored, algorithm] of [
    [ed, "ES256"],
    [ec, "EdDSA"],
  ] as const) {
    await expect(openKeySet([{ ...stored, algorithm }], 1, algorithm, keys)).rejects.toMatchObject({
      code: "key_damaged",
    });
  }
});

test("V11.2.5 a key under the id of another is refused, though sealed with our secret", async () => {
  const { jwk } = await storedKey("EdDSA");
  const { stored } = await storedKey("EdDSA");
  const privateKeyEncrypted = seal(keys[0], stored.kid, Buffer.from(JSON.stringify(jwk)));
  await expect(
    openKeySet([{ ...stored, privateKeyEncrypted }], 1, "EdDSA", keys),
  ).rejects.toMatchObject({ code: "key_damaged" });
});

test("V13.3.4 a key opens with any secret of the list, and with no other", async () => {
  const { stored } = await storedKey("EdDSA");
  const open = (secrets: readonly [string, ...string[]]) =>
    openKeySet([stored], 1, "EdDSA", deriveKeys(secrets, "signing-key-encryption"));
  expect((await open(["new", "a secret"])).keys.size).toBe(1);
  await expect(open(["new", "newer"])).rejects.toThrow(/Start with the secret it was made with/);
});
