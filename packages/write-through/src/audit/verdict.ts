import { isDeepStrictEqual } from "node:util";

/** What one look at a row saw: first what a cache said, and after that what Postgres said. */
export interface Look {
  readonly cached: unknown;
  readonly primary: unknown;
}

export type Verdict =
  /** The cache said what Postgres says. */
  | "agrees"
  /** The row was changed meanwhile, so nothing can be told. */
  | "changing"
  /** They differ; that alone says nothing. */
  | "look_again"
  /** The cache says what Postgres has left behind. */
  | "differs";

/** With three, a cache that is right looks wrong only if its row flips five times just in between. */
const looksNeeded = 3;

/**
 * Judges looks at one row, each begun after the one before it has ended. A row may be changed between
 * what the cache said and what Postgres said, so one difference is legitimate. But a right cache that
 * is asked after that says the new value: only if it goes on saying the old one, and Postgres goes on
 * saying the other one, is it wrong.
 */
export function verdictOf(first: Look, ...later: readonly Look[]): Verdict {
  const looks = [first, ...later];
  const { cached, primary } = looks.at(-1) ?? first;
  if (isDeepStrictEqual(cached, primary)) return later.length === 0 ? "agrees" : "changing";
  const isSteady = looks.every(
    (look) =>
      isDeepStrictEqual(look.cached, first.cached) &&
      isDeepStrictEqual(look.primary, first.primary),
  );
  if (!isSteady) return "changing";
  return looks.length < looksNeeded ? "look_again" : "differs";
}
