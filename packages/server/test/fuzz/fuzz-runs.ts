/**
 * How much the tests of this folder try. `pnpm test` runs the short form. The long one:
 *
 *     FUZZ_RUNS=2000 pnpm exec vitest run packages/server/test/fuzz
 *
 * `FUZZ_RUNS` is the number of generated inputs for each procedure and caller, 1 to 1000000. With
 * it every string of the corpora goes into every field for every caller, also where each try costs
 * a password hash. A failure prints its seed; `FUZZ_SEED` runs the same inputs again.
 */
import type fc from "fast-check";

const longRuns = readWhole("FUZZ_RUNS", 1, 1_000_000);
const seed = readWhole("FUZZ_SEED", -(2 ** 31), 2 ** 31 - 1);

/** Generated inputs for each procedure and caller. */
const runs = longRuns ?? 40;

/** A hash takes as long as fifty refusals. */
const runsPerHash = longRuns === undefined ? 5 : 1;

/** The bound of a test in milliseconds: far above what it takes on a machine with other work. */
export const fuzzTimeoutMs = longRuns === undefined ? 120_000 : 600_000 + 500 * longRuns;

/** Settings of a property of one procedure and one caller. */
export function fuzzSettings(costsHashes: boolean): fc.Parameters<unknown> {
  return {
    numRuns: costsHashes ? Math.ceil(runs / runsPerHash) : runs,
    // Ends the search for a smaller example before the test's own bound would hide the one found.
    interruptAfterTimeLimit: fuzzTimeoutMs - 10_000,
    markInterruptAsFailure: true,
    ...(seed !== undefined && { seed }),
  };
}

/** All items in the long form, every `step`th in the short one. */
export function someOf<Item>(items: readonly Item[], step: number): readonly Item[] {
  return longRuns === undefined ? items.filter((_, index) => index % step === 0) : items;
}

function readWhole(name: string, least: number, most: number): number | undefined {
  const text = process.env[name];
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new RangeError(`${name} must be a whole number from ${least} to ${most}, not ${text}`);
}
