import { codePoints } from "../text-rules.ts";
import { isCommon } from "./common-passwords.ts";
import { digitsAndPunctuation, foldText } from "./folded-text.ts";

/** Shorter words are part of too many others. */
export const contextWordCodePointsLeast = 4;
/** So much of a password must be neither a word of the context, nor digits and punctuation. */
export const ownCodePointsLeast = 8;

/**
 * The words that an attacker who knows these texts would try: names, addresses, hosts. Folded, the
 * longest first, so that a word is found before a shorter one in it.
 */
export function contextWordsOf(texts: readonly string[]): readonly string[] {
  const words = texts
    .flatMap(spellings)
    .filter((word) => codePoints(word) >= contextWordCodePointsLeast);
  return [...new Set(words)].toSorted((one, other) => other.length - one.length);
}

/** A text as it is, without what joins its parts, and the parts: `Ada O'Hara`, `AdaOHara`, `Ada`, `Hara`. */
function spellings(text: string): string[] {
  const withoutScheme = text.replace(/^[a-z]+:\/\//i, "");
  const parts = withoutScheme.split(/[^\p{L}\p{M}\p{N}]+/u);
  return [withoutScheme, parts.join(""), ...parts].map(foldText);
}

/** Whether a folded text has a word of the context in it and, without such words, too little of its own. */
export function isMadeOfContext(text: string, contextWords: readonly string[]): boolean {
  // The blank keeps what stood on the two sides from becoming a word.
  const rest = contextWords.reduce((left, word) => left.replaceAll(word, " "), text);
  if (rest === text) return false;
  const own = foldText(rest.replaceAll(digitsAndPunctuation, ""));
  return codePoints(own) < ownCodePointsLeast || isCommon(own);
}
