import { expect, test } from "vitest";
import { deriveKeys } from "./derived-keys.ts";
import type { KeyPurpose } from "./derived-keys.ts";

const purposes: readonly KeyPurpose[] = [
  "signing-key-encryption",
  "refresh-token-succession",
  "mail-encryption",
  "limit-keys",
];

test("V11.2.3 every secret gives each purpose a key of 256 bits of its own", () => {
  const keys = purposes.flatMap((purpose) => deriveKeys(["first", "second"], purpose));
  expect(keys.map((key) => key.length)).toEqual(keys.map(() => 32));
  expect(new Set(keys.map((key) => key.toString("hex"))).size).toBe(8);
});

test("keys come in the order of the secrets, and stay the same for good", () => {
  const [first, second] = deriveKeys(["first", "second"], "signing-key-encryption");
  expect(deriveKeys(["second", "first"], "signing-key-encryption")).toEqual([second, first]);
  expect(deriveKeys(["first"], "signing-key-encryption")).toEqual([first]);
  // What was sealed by an earlier version must open: this value may never change.
  expect(first.toString("hex")).toBe(
    "d31c00f1aa012cb795cf98dff2a9bc589a5704bf2ac32c29ed5d9c97df78ac7a",
  );
});
