import { z } from "zod";

/** Most characters of a title and of a body, counted as a person counts: an emoji is one. */
const titleMaxCodePoints = 200;
export const bodyMaxCodePoints = 10_000;
/** A request as a whole has 16 KiB; this leaves room for the title and for the names of the fields. */
const bodyMaxBytes = 14 * 1024;

/** The input of `posts.create`. */
export const createInput = z.strictObject({
  title: text("The title", titleMaxCodePoints),
  body: text("The text", bodyMaxCodePoints).refine(
    fitsIntoRequest,
    "The text takes more room than a request has: shorten it. Emoji and letters beyond A to Z take more than others.",
  ),
});

function text(name: string, maxCodePoints: number) {
  const tooLong = `${name} must have at most ${maxCodePoints} characters.`;
  return z
    .string(`${name} must be text.`)
    .max(2 * maxCodePoints, { abort: true, error: tooLong })
    .refine((value) => value.trim() !== "", { abort: true, error: `${name} is empty.` })
    .refine((value) => [...value].length <= maxCodePoints, { abort: true, error: tooLong })
    .refine(isStorable, {
      abort: true,
      error: `${name} has a character that cannot be stored.`,
    });
}

/** Postgres' text can not hold NUL, nor UTF-8 a lone surrogate. */
function isStorable(value: string): boolean {
  return value.isWellFormed() && !value.includes("\0");
}

function fitsIntoRequest(value: string): boolean {
  return new TextEncoder().encode(JSON.stringify(value)).length <= bodyMaxBytes;
}
