import { expect, test } from "vitest";
import { resolveSecrets } from "./secrets.ts";

const secret = "a secret of at least 32 bytes in all, or more";

test.each<[string, string | readonly string[]]>([
  ["8725-3.5 an empty secret", ""],
  ["8725-3.5 a password", "secret"],
  ["8725-3.5 a secret of 31 bytes", `${"x1".repeat(15)}x`],
  ["8725-3.5 one repeated character", "x".repeat(64)],
  ["a secret of 4097 bytes", `${"xy".repeat(2048)}x`],
  ["V13.3.1 no secret at all", []],
  ["8725-3.5 a list with a short one", [secret, "short"]],
  ["a list of 11", Array.from({ length: 11 }, (_, index) => `${index} ${secret}`)],
])("%s is refused, and not quoted", (_, option) => {
  let refusal: unknown;
  try {
    resolveSecrets(option);
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toMatchObject({ code: "invalid_options" });
  const long = [option].flat().filter((given) => given.length > 6);
  for (const given of long) expect(String(refusal)).not.toContain(given);
});

test("one secret is a list of one, and a list of ten keeps its order", () => {
  expect(resolveSecrets(secret)).toEqual([secret]);
  const ten = Array.from({ length: 10 }, (_, index) => `${index} ${secret}`);
  expect(resolveSecrets(ten)).toEqual(ten);
});

test("32 bytes of UTF-8 are enough, however few characters", () => {
  expect(resolveSecrets("äö".repeat(8))).toHaveLength(1);
});
