/**
 * A text as the rules for new passwords compare it: in lower case and without white space of any
 * script. Only the comparison folds; what is hashed stays as it was given.
 */
export function foldText(text: string): string {
  return text
    .normalize("NFC")
    .toLowerCase()
    .replaceAll(/\p{White_Space}/gu, "");
}

/** Unicode counts `$+<=>^`, the backquote, `|` and `~` as symbols; on a keyboard they are punctuation. */
export const punctuation = /[\p{P}$+<=>^`|~]/gu;
export const digitsAndPunctuation = /[\p{Nd}\p{P}$+<=>^`|~]/gu;
