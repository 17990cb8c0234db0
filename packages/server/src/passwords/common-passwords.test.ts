import { dictionary } from "@zxcvbn-ts/language-common";
import { describe, expect, test } from "vitest";
import { isCommon, wordCharactersMax } from "./common-passwords.ts";
import { foldText } from "./folded-text.ts";
import { newPasswordCodePoints } from "./password-schema.ts";

const list = dictionary["passwords-common"];
const ofPolicyLength = list.filter((word) => word.length >= newPasswordCodePoints.least);
const isRefused = (password: string): boolean => isCommon(foldText(password));

test("V6.2.4 the list is as it was when the rules were written: folded, ASCII, no word too long", () => {
  expect([list.length, ofPolicyLength.length]).toEqual([49_233, 41]);
  expect(list.filter((word) => !/^[\x21-\x7e]+$/.test(word) || foldText(word) !== word)).toEqual(
    [],
  );
  expect(list.filter((word) => word.length > wordCharactersMax)).toEqual([]);
});

describe("V6.2.4 each listed password of policy length is refused", () => {
  test.each([
    ["as it is", (word: string) => word],
    ["in upper case", (word: string) => word.toUpperCase()],
    ["with one upper case letter", (word: string) => word.replace(/[a-z]/, (c) => c.toUpperCase())],
    ["with blanks around it", (word: string) => `  ${word} `],
    ["with white space of all kinds between", (word: string) => spaced(word)],
    ["twice", (word: string) => word + word],
    ["once and a piece", (word: string) => word + word.slice(0, 3)],
    ["with punctuation around it", (word: string) => `!!${word}$~`],
  ])("%s", (_, vary) => {
    expect(ofPolicyLength.filter((word) => !isRefused(vary(word)))).toEqual([]);
  });

  test("with digits around it, if it has a letter", () => {
    const withLetters = ofPolicyLength.filter((word) => /[a-z]/.test(word));
    expect(withLetters).toHaveLength(33);
    expect(withLetters.filter((word) => !isRefused(`12${word}2026!`))).toEqual([]);
  });
});

describe("V6.2.4 each shorter listed password is refused when it is stretched to the length", () => {
  test.each([
    ["repeated", () => true, (word: string) => word.repeat(5)],
    [
      "with digits and punctuation after it",
      (word: string) => /[a-z]/.test(word),
      (word: string) => word.padEnd(15, "1!"),
    ],
    [
      "with digits and punctuation before it",
      (word: string) => /[a-z]/.test(word),
      (word: string) => word.padStart(15, "?7"),
    ],
    ["with punctuation after it", () => true, (word: string) => word.padEnd(15, "!.")],
  ])("%s", (_, applies, stretch) => {
    const words = list.filter(applies);
    expect(words.length).toBeGreaterThan(40_000);
    expect(words.filter((word) => !isRefused(stretch(word)))).toEqual([]);
  });
});

test.each([
  "passwordpassword",
  "PASSWORD password",
  "password1234567!!",
  "!!Dragon Dragon 2026",
  "qwertyuiopqwerty",
  "abcabcabcabcabc",
  "aaaaaaaaaaaaaaa",
  "\u{1F600}".repeat(15),
  "\u{1F600}\u{1F601}\u{1F602}\u{1F603}".repeat(4),
  " ".repeat(15),
  "\u2003\u3000".repeat(8),
  `${" ".repeat(14)}a`,
  "abcdefghijklmnopqrstuvwxyz",
  "zyxwvutsrqponmlk",
  "uvwxyzabcdefghijk",
  "123456789012345",
  "123456789012345!",
  "987654321098765",
  "qwertyuiopasdfg",
  "1qaz2wsx3edc4rf",
  "mnbvcxzlkjhgfdsa2026",
  // Punctuation of two UTF-16 units.
  "\u{111C5}\u{111C5}passwordpassword",
])("V6.2.4 refused: %j", (password) => {
  expect(isRefused(password)).toBe(true);
});

test.each([
  ["words", "correct horse battery staple"],
  ["two common words", "dragon and monkey"],
  ["a common word in a longer one", "passwordless future"],
  ["a common word with a letter of one's own", "password1234567x"],
  ["digits around digits", "839271234019283"],
  [
    "units of 5 code points that no list has",
    "\u{1F600}\u{1F347}\u{1F431}\u{1F355}\u{1F697}".repeat(3),
  ],
  ["units of 5 letters that no list has", "qjzxv".repeat(3)],
  ["emoji around a common word", `dragon${"\u{1F600}\u{1F347}\u{1F431}".repeat(3)}`],
  ["three characters of a sequence", "89-ef-8392017482"],
])("V6.2.5 accepted: %s", (_, password) => {
  expect(isRefused(password)).toBe(false);
});

/** White space of Unicode, also such as `\s` does not know. */
function spaced(word: string): string {
  const spaces = [" ", "\t", "\n", "\u0085", "\u00A0", "\u1680", "\u2003", "\u2028", "\u3000"];
  return Array.from(word, (letter, index) => letter + spaces[index % spaces.length]).join("");
}
