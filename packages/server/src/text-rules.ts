import { z } from "zod";

/**
 * A string that Postgres and JSON can carry as it is: no NUL (Postgres refuses it) and no lone
 * surrogate (UTF-8 has none, so that two of them would become the same bytes).
 *
 * @param maxUnits Most UTF-16 units, checked before anything else looks at the string.
 */
export function plainText(maxUnits: number) {
  return z
    .string()
    .max(maxUnits)
    .refine((value) => value.isWellFormed() && !value.includes("\0"), "has unusable characters");
}

/** Number of Unicode code points. */
export function codePoints(value: string): number {
  let count = 0;
  for (const _ of value) count += 1;
  return count;
}

/**
 * A UUID in lower case. Postgres takes upper case for the same id, but a cache key does not: one
 * row must never have two keys.
 */
export const uuidSchema = z
  .string()
  .length(36)
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, "not a UUID");

/** For procedures without input: anything sent is a mistake of the caller. */
export const noInput = z.void();
