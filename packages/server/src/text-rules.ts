import { z } from "zod";

/**
 * A string that Postgres and JSON can carry as it is: no NUL (Postgres refuses it) and no lone
 * surrogate (UTF-8 has none, so that two of them would become the same bytes).
 *
 * @param maxCodePoints Most code points; nothing else looks at a longer string.
 */
export function plainText(maxCodePoints: number) {
  return z
    .string()
    .max(maxCodePoints, { abort: true })
    .refine((value) => value.isWellFormed() && !value.includes("\0"), "has unusable characters");
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
  .string()
  .length(36)
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, "not a UUID");

/** For procedures without input: anything sent is a mistake of the caller. */
export const noInput = z.void();
