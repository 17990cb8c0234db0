import { z } from "zod";

/**
 * A string that Postgres and JSON can carry as it is: no NUL (Postgres refuses it) and no lone
 * surrogate (UTF-8 has none, so that two of them would become the same bytes).
 *
 * @param maxLength Most UTF-16 units; nothing else looks at a longer string.
 * @param name What the messages call it: `The email` for instance.
 * @param tooLong What is said of a longer one.
 */
export function plainText(
  maxLength: number,
  name: string,
  tooLong = `${name} must have at most ${maxLength} characters.`,
) {
  return z
    .string(`${name} must be text.`)
    .max(maxLength, { abort: true, error: tooLong })
    .refine((value) => value.isWellFormed() && !value.includes("\0"), {
      abort: true,
      error: `${name} has a character that can not be stored.`,
    });
}

/**
 * Plain text of 1 to so many code points, counted in its canonical form.
 *
 * @param lengths Most code points of what is kept, and most UTF-16 units of what is looked at.
 * @param canonical What is kept of it.
 */
export function boundedText(
  name: string,
  { maxCodePoints, maxLength }: { readonly maxCodePoints: number; readonly maxLength: number },
  canonical: (text: string) => string,
) {
  const problem = `${name} must have 1 to ${maxCodePoints} characters.`;
  return plainText(maxLength, name, problem)
    .overwrite(canonical)
    .refine((text) => text !== "" && codePoints(text) <= maxCodePoints, problem);
}

/** Number of Unicode code points. */
export function codePoints(value: string): number {
  let count = 0;
  for (const _ of value) count += 1;
  return count;
}

/**
 * A UUID (RFC 9562) of any version, in lower case only: 36 characters.
 *
 * For every id of an input that becomes a cache key. Postgres finds one row by either case, but the
 * cache has a key for each spelling, and a change through one would leave the other stale; so an id
 * that is a cache key must have one spelling.
 *
 * @example
 * ```ts
 * import { lowerCaseUuidSchema } from "@portcullis/server";
 * import { z } from "zod";
 *
 * export const byIdInput = z.strictObject({ id: lowerCaseUuidSchema });
 * ```
 */
export const lowerCaseUuidSchema = z
  .string("The id must be a UUID in lower case.")
  .max(36, { abort: true, error: "The id must be a UUID in lower case." })
  .regex(
    /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
    "The id must be a UUID in lower case.",
  );

/** For procedures without input: anything sent is a mistake of the caller. */
export const noInput = z.void("The call takes no input.");
