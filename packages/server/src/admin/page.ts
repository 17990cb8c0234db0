import { z } from "zod";

const problem = "The limit must be a whole number from 1 to 100.";

/** Most entries of a page. */
export const pageSizeSchema = z.int(problem).min(1, problem).max(100, problem).default(50);

/** tRPC's infinite queries say it with every page; there are no pages backward. */
export const pageDirectionSchema = z.literal("forward", "Pages are read forward only.").optional();

/**
 * The page of a list that was read one further, so as to know whether there is more.
 *
 * @returns `last` is the entry that the next page begins after; absent when there is none.
 */
export function takePage<Item>(
  found: readonly Item[],
  limit: number,
): { readonly items: readonly Item[]; readonly last: Item | undefined } {
  const items = found.slice(0, limit);
  return { items, last: found.length > limit ? items.at(-1) : undefined };
}
