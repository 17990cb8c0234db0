import { dictionary } from "@zxcvbn-ts/language-common";
import { codePoints } from "../text-rules.ts";
import { digitsAndPunctuation, punctuation } from "./folded-text.ts";

/** Passwords that people choose most, folded by their publisher. About 4 MiB of memory, read once. */
const listed: ReadonlySet<string> = new Set(dictionary["passwords-common"]);

/** What hands type without thinking; also read backwards, and from the end on to the beginning. */
export const sequences = [
  "abcdefghijklmnopqrstuvwxyz",
  "0123456789",
  "1234567890qwertyuiopasdfghjklzxcvbnm",
  "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
  "qazwsxedcrfvtgbyhnujmikolp",
] as const;
const runs = sequences
  .flatMap((sequence) => [sequence, [...sequence].toReversed().join("")])
  .map((sequence) => sequence.repeat(2))
  .join("\n");

/** A part of a sequence is a word from this length on. */
export const runCharactersLeast = 4;
/** No word that is looked for is longer. */
export const wordCharactersMax = 40;
/** A unit of so few code points is guessed when repeated, whatever it is. */
export const shortUnitCodePointsMax = 4;

/**
 * Whether a folded text is among the first that an attacker tries: something short, or a common
 * word, repeated to reach the length; a common word may have digits and punctuation around it.
 */
export function isCommon(text: string): boolean {
  return isShortUnitRepeated(text) || isPaddedWord(text);
}

function isShortUnitRepeated(text: string): boolean {
  // A code point has at most two of the units that indexes count.
  for (let length = 1; length <= 2 * shortUnitCodePointsMax; length += 1) {
    const isShort = codePoints(text.slice(0, length)) <= shortUnitCodePointsMax;
    if (isShort && endOfRepetition(text, 0, length) === text.length) return true;
  }
  return false;
}

function isPaddedWord(text: string): boolean {
  let start = 0;
  for (const character of text) {
    for (let length = 1; length <= wordCharactersMax; length += 1) {
      const word = text.slice(start, start + length);
      if (!isWord(word)) continue;
      const around = text.slice(0, start) + text.slice(endOfRepetition(text, start, length));
      // Every other number has a listed one in it: digits around digits say nothing.
      const padding = /\p{L}/u.test(word) ? digitsAndPunctuation : punctuation;
      if (isMadeOf(padding, around)) return true;
    }
    if (!isMadeOf(digitsAndPunctuation, character)) return false;
    start += character.length;
  }
  return false;
}

function isWord(text: string): boolean {
  return listed.has(text) || (text.length >= runCharactersLeast && runs.includes(text));
}

/** Where the text stops repeating the unit of this length that begins at `start`; it may stop inside of one. */
function endOfRepetition(text: string, start: number, length: number): number {
  let end = Math.min(start + length, text.length);
  while (end < text.length && text[end] === text[end - length]) end += 1;
  return end;
}

function isMadeOf(characters: RegExp, text: string): boolean {
  return text.replaceAll(characters, "") === "";
}
