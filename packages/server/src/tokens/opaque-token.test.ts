import { expect, test } from "vitest";
import { hashOf, makeOpaqueToken, parseOpaqueToken, writeOpaqueToken } from "./opaque-token.ts";

test("V11.5.2 V7.2.2 of a hundred thousand tokens made at once no two share an id or a secret", () => {
  const tokens = Array.from({ length: 100_000 }, makeOpaqueToken);
  expect(new Set(tokens.map(({ id }) => id)).size).toBe(tokens.length);
  expect(new Set(tokens.map(({ secret }) => secret.toString("hex"))).size).toBe(tokens.length);
});

test("V7.2.3 V11.5.1 every bit of a secret is one in about half of the tokens", () => {
  const count = 2000;
  const ones = Array.from({ length: 256 }, () => 0);
  for (let made = 0; made < count; made += 1) {
    const { secret } = makeOpaqueToken();
    for (let bit = 0; bit < 256; bit += 1) {
      ones[bit] = (ones[bit] ?? 0) + (((secret[bit >> 3] ?? 0) >> (bit & 7)) & 1);
    }
  }
  // Eight standard deviations: chance alone would not do it before the sun burns out.
  const slack = 8 * Math.sqrt(count / 4);
  for (const found of ones) expect(Math.abs(found - count / 2)).toBeLessThan(slack);
});

test("what was written is read, and its hash tells nothing of it", () => {
  const token = makeOpaqueToken();
  const text = writeOpaqueToken(token);
  expect(parseOpaqueToken(text)).toEqual(token);
  expect(hashOf(token)).toHaveLength(32);
  expect(hashOf(token)).not.toEqual(token.secret);
});
