/**
 * Knows the passwords of known breaches, by the range format of Have I Been Pwned: five of forty
 * hex digits go out and hundreds of candidates come back, so that the source learns neither the
 * password nor its hash (k-anonymity).
 *
 * A source that fails, is late or answers something else lets the password pass, and
 * `breach_source_failed` is reported with what it threw: keep the prefix out of that text.
 *
 * @example
 * ```ts
 * import type { BreachSource } from "@portcullis/server";
 *
 * export const breachSource: BreachSource = {
 *   async range(prefix, signal) {
 *     const headers = { "add-padding": "true" };
 *     const url = `https://api.pwnedpasswords.com/range/${prefix}`;
 *     const response = await fetch(url, { headers, signal });
 *     if (!response.ok) throw new Error(`The breach source answered with ${response.status}`);
 *     return response.text();
 *   },
 * };
 * ```
 */
export interface BreachSource {
  /**
   * @param prefix The first 5 hex digits of the password's SHA-1, in upper case.
   * @param signal Aborts after 1000 ms, when the answer is no longer waited for.
   * @returns A line `SUFFIX:COUNT` for each hash with this prefix: its other 35 hex digits, and how
   * often it was seen. A count of 0 is padding. At most 262144 characters.
   */
  range(prefix: string, signal: AbortSignal): Promise<string>;
}

/** Longest answer of a source that is looked at. The public service answers with about a fifth of it. */
export const rangeCharactersMax = 262_144;

const rangeLine = /^(?<suffix>[0-9A-Fa-f]{35}):(?<count>\d{1,12})$/;

/** What an answer says of the hash with this suffix. */
export type RangeFinding = "breached" | "not_listed" | "too_long" | "malformed";

/** @param suffix In upper case. */
export function readRange(answer: string, suffix: string): RangeFinding {
  if (answer.length > rangeCharactersMax) return "too_long";
  let finding: RangeFinding = "not_listed";
  for (const line of answer.split(/\r?\n/)) {
    if (line === "") continue;
    const groups = rangeLine.exec(line)?.groups;
    if (groups === undefined) return "malformed";
    if (groups["suffix"]?.toUpperCase() === suffix && Number(groups["count"]) > 0) {
      finding = "breached";
    }
  }
  return finding;
}
