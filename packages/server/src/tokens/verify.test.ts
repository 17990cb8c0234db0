import { randomUUID } from "node:crypto";
import { expect, test, vi } from "vitest";
import { deriveKeys } from "../derived-keys.ts";
import { resolveSettings } from "../settings.ts";
import { issueAccessToken } from "./issue.ts";
import type { KeyRing } from "./keys/key-ring.ts";
import { openKeySet, sealSigningKey } from "./keys/key-set.ts";
import type { KeySet } from "./keys/key-set.ts";
import { makePrivateJwk } from "./keys/private-jwk.ts";
import { createTokenVerifier } from "./verify.ts";

const nowMs = Date.parse("2026-11-23T15:00:00Z");
const sealKeys = deriveKeys(["a secret"], "signing-key-encryption");
const settings = resolveSettings({
  tokens: { issuer: "https://auth.test", audience: "https://api.test" },
  accounts: { requireVerifiedEmail: false },
} as Parameters<typeof resolveSettings>[0]);

/** A set of one key, as it is read from the table. */
async function makeKeySet(generation: number): Promise<KeySet> {
  const window = { createdAtMs: nowMs, activatesAtMs: nowMs };
  const jwk = await makePrivateJwk("EdDSA");
  const sealed = await sealSigningKey(jwk, "EdDSA", sealKeys[0], window);
  const times = { createdAt: nowMs, activatesAt: nowMs, retiredAt: null };
  return await openKeySet([{ ...sealed, ...times }], generation, "EdDSA", sealKeys);
}

const ringOf = (current: () => KeySet) => ({ current, fresh: async () => current() }) as KeyRing;

async function sign(keySet: KeySet): Promise<string> {
  const subject = {
    userId: randomUUID(),
    sessionId: randomUUID(),
    tokenVersion: 1,
    tokenEpoch: 1,
    sessionExpiresAtMs: nowMs + 3_600_000,
  };
  const ring = ringOf(() => keySet);
  return (await issueAccessToken(ring, settings, subject, nowMs)).accessToken;
}

test("V11.1.1 a token that is remembered is forgotten with the keys that it was verified with", async () => {
  let keySet = await makeKeySet(1);
  const verify = createTokenVerifier(
    ringOf(() => keySet),
    settings,
    () => nowMs,
  );
  const token = await sign(keySet);
  expect(await verify(token)).toMatchObject({ kind: "valid", keyGeneration: 1 });
  keySet = await makeKeySet(2);
  expect(await verify(token)).toEqual({ kind: "invalid", why: "unknown key" });
});

test("V11.1.1 a check that was under way while its key was retired is not remembered after it", async () => {
  const before = await makeKeySet(1);
  const after = await makeKeySet(2);
  const [old, fresh] = [await sign(before), await sign(after)];
  let keySet = before;
  const verify = createTokenVerifier(
    ringOf(() => keySet),
    settings,
    () => nowMs,
  );
  const underWay = verify(old);
  keySet = after;
  const next = verify(fresh);
  expect(await underWay).toMatchObject({ kind: "valid", keyGeneration: 1 });
  expect(await next).toMatchObject({ kind: "valid", keyGeneration: 2 });
  expect(await verify(old)).toEqual({ kind: "invalid", why: "unknown key" });
});

test("the signatures of more than 10 000 tokens that come in turns are checked once each", async () => {
  const keySet = await makeKeySet(1);
  const verify = createTokenVerifier(
    ringOf(() => keySet),
    settings,
    () => nowMs,
  );
  const tokens: string[] = [];
  while (tokens.length < 10_500) tokens.push(await sign(keySet));
  for (const token of tokens) await verify(token);
  const checks = vi.spyOn(crypto.subtle, "verify");
  for (const token of tokens) expect(await verify(token)).toMatchObject({ kind: "valid" });
  expect(checks).not.toHaveBeenCalled();
});
