import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { newPasswordSchema, presentedPasswordSchema } from "./password-schema.ts";

const choose = (value: unknown): string | undefined => newPasswordSchema.safeParse(value).data;
const present = (value: unknown): string | undefined =>
  presentedPasswordSchema.safeParse(value).data;

const emoji = "\u{1F600}";
const family = "\u{1F468}\u200D\u{1F469}\u200D\u{1F467}";

describe("V6.2.1 V6.2.9 a new password has 15 to 256 code points", () => {
  test.each([
    ["14 letters", "x".repeat(14), false],
    ["15 letters", "x".repeat(15), true],
    ["14 emoji, 28 units", emoji.repeat(14), false],
    ["15 emoji", emoji.repeat(15), true],
    ["2 families of 5 code points and 4 letters", family.repeat(2) + "xxxx", false],
    ["3 families of 5 code points", family.repeat(3), true],
    ["14 letters with accents of their own, 28 as sent", "e\u0301".repeat(14), false],
    ["15 letters with accents of their own", "e\u0301".repeat(15), true],
    ["14 Hangul syllables of 3 code points as sent", "\u1112\u1161\u11AB".repeat(14), false],
    ["15 code points that have no composed form", "x\u0301".repeat(7) + "x", true],
    ["64", "x".repeat(64), true],
    ["128", "x".repeat(128), true],
    ["256", "x".repeat(256), true],
    ["256 emoji", emoji.repeat(256), true],
    ["257", "x".repeat(257), false],
    ["257 emoji", emoji.repeat(257), false],
    ["a megabyte", "x".repeat(1_000_000), false],
  ])("%s", (_, password, isAccepted) => {
    expect(choose(password) !== undefined).toBe(isAccepted);
  });
});

test("V6.2.5 any characters will do, and only NFC is done to them", () => {
  const any = fc.string({ unit: "grapheme", minLength: 30, maxLength: 60 });
  fc.assert(
    fc.property(any, (password) => {
      fc.pre(!password.includes("\0") && [...password.normalize("NFC")].length >= 15);
      expect(choose(password)).toBe(password.normalize("NFC"));
      expect(present(password)).toBe(password.normalize("NFC"));
    }),
  );
});

test.each([
  "  blanks  around  ",
  "MiXeD cAsE pAsSwOrD",
  "\uFB01ne ligatures are kept",
  "\uFF46ullwidth is kept",
])("V6.2.8 PW-01 %j is taken as it is", (password) => {
  expect(choose(password)).toBe(password);
  expect(present(password)).toBe(password);
});

test.each(["x".repeat(20) + "\0", "x".repeat(20) + "\ud800", "\udc00" + "x".repeat(20), null, 7])(
  "API-12 a password that cannot be typed is refused: %j",
  (password) => {
    expect(choose(password)).toBeUndefined();
    expect(present(password)).toBeUndefined();
  },
);

test("API-09 what is presented is cut off at 1024 code points, before any work on it", () => {
  expect(present("x".repeat(1024))).toHaveLength(1024);
  const normalize = vi.spyOn(String.prototype, "normalize");
  try {
    for (const text of ["x".repeat(1025), emoji.repeat(1025), "x".repeat(1_000_000), ""]) {
      expect(present(text)).toBeUndefined();
      expect(choose(text)).toBeUndefined();
    }
    expect(normalize).not.toHaveBeenCalled();
  } finally {
    normalize.mockRestore();
  }
});
