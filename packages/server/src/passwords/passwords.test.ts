import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createPasswordHasher } from "./password-hasher.ts";
import { newPasswordSchema, presentedPasswordSchema } from "./password-schema.ts";
import { isAcceptableHash } from "./stored-hash.ts";

const choose = (value: unknown): string | undefined => newPasswordSchema.safeParse(value).data;

describe("V6.2.1 length of a new password", () => {
  test.each([
    ["14", "x".repeat(14), false],
    ["15", "x".repeat(15), true],
    ["14 emoji", "\u{1F600}".repeat(14), false],
    ["15 emoji", "\u{1F600}".repeat(15), true],
    ["15 letters with combining accents are 15", "e\u0301".repeat(15), true],
    ["14 letters with combining accents are 14", "e\u0301".repeat(14), false],
    ["64", "x".repeat(64), true],
    ["256", "x".repeat(256), true],
    ["256 emoji", "\u{1F600}".repeat(256), true],
    ["257", "x".repeat(257), false],
    ["a megabyte", "x".repeat(1_000_000), false],
  ])("%s code points", (_, password, isAccepted) => {
    expect(choose(password) !== undefined).toBe(isAccepted);
  });
});

test("V6.2.5 any characters will do", () => {
  const any = fc.string({ unit: "grapheme", minLength: 30, maxLength: 60 });
  fc.assert(
    fc.property(any, (password) => {
      fc.pre(!password.includes("\0") && [...password.normalize("NFC")].length >= 15);
      expect(choose(password)).toBe(password.normalize("NFC"));
    }),
  );
});

test.each(["x".repeat(20) + "\0", "x".repeat(20) + "\ud800", "\udc00" + "x".repeat(20), null, 7])(
  "API-12 a password that cannot be typed is refused: %j",
  (password) => {
    expect(choose(password)).toBeUndefined();
    expect(presentedPasswordSchema.safeParse(password).success).toBe(false);
  },
);

test("API-09 what is presented is cut off at 1024 units, before any hash", () => {
  expect(presentedPasswordSchema.safeParse("x".repeat(1024)).success).toBe(true);
  expect(presentedPasswordSchema.safeParse("x".repeat(1025)).success).toBe(false);
  expect(presentedPasswordSchema.safeParse("").success).toBe(false);
});

const salt = "5o4zWnP/mwi/DTXYVPigYg";
const output = "Kg73tRyLetjj9FwPjUyg6G4poYu5AUF/ySZ6Oyb3MA4";

test.each([
  ["as we make them", `$argon2id$v=19$m=19456,t=2,p=1$${salt}$${output}`, true],
  ["dearer", `$argon2id$v=19$m=65536,t=3,p=4$${salt}$${output}`, true],
  ["4 GiB", `$argon2id$v=19$m=4194304,t=2,p=1$${salt}$${output}`, false],
  ["a million passes", `$argon2id$v=19$m=19456,t=1000000,p=1$${salt}$${output}`, false],
  ["cheaper memory", `$argon2id$v=19$m=8,t=2,p=1$${salt}$${output}`, false],
  ["one pass", `$argon2id$v=19$m=19456,t=1,p=1$${salt}$${output}`, false],
  ["argon2i", `$argon2i$v=19$m=19456,t=2,p=1$${salt}$${output}`, false],
  ["argon2d", `$argon2d$v=19$m=19456,t=2,p=1$${salt}$${output}`, false],
  ["version 16", `$argon2id$v=16$m=19456,t=2,p=1$${salt}$${output}`, false],
  ["short output", `$argon2id$v=19$m=19456,t=2,p=1$${salt}$AAAA`, false],
  ["more after it", `$argon2id$v=19$m=19456,t=2,p=1$${salt}$${output}\n`, false],
  ["bcrypt", "$2b$12$abcdefghijklmnopqrstuuAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", false],
  ["nothing", "", false],
])("PW-02 a stored hash, %s: %s", (_, phc, isAccepted) => {
  expect(isAcceptableHash(phc)).toBe(isAccepted);
});

test("without an account the decoy is hashed, and no password fits it", async () => {
  const hasher = createPasswordHasher({ concurrency: 1, queueMax: 1 });
  await expect(hasher.verify(undefined, "anything")).rejects.toThrow("auth.start()");
  await hasher.start();
  expect(await hasher.verify(undefined, "anything")).toBe(false);
  const stored = await hasher.hash("the right password");
  expect(await hasher.verify(stored, "the right password")).toBe(true);
  expect(await hasher.verify(stored, "the wrong password")).toBe(false);
});

test("V15.2.2 the queue is bounded and opens again", async () => {
  const hasher = createPasswordHasher({ concurrency: 1, queueMax: 2 });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 5 }, (_, index) => hasher.hash(`password number ${index}`)),
  );
  expect(outcomes.map((outcome) => outcome.status)).toEqual([
    "fulfilled",
    "fulfilled",
    "fulfilled",
    "rejected",
    "rejected",
  ]);
  await expect(hasher.hash("afterwards")).resolves.toContain("$argon2id$");
});
