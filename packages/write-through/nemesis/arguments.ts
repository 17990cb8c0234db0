import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import type { CacheKind } from "./report.ts";

export interface NemesisOptions {
  readonly minutes: number;
  /** Chooses the faults. The orders in which real processes meet them differ from run to run. */
  readonly seed: number;
  readonly cache: CacheKind;
}

export interface NemesisArguments extends NemesisOptions {
  /** Folder of the verdict page; undefined: a new one under the system's. */
  readonly out: string | undefined;
  readonly command: "run" | "print_plan" | "help";
}

/** What was typed cannot be meant; the message says what can. */
export class ArgumentError extends Error {
  override readonly name = "ArgumentError";
}

const leastMinutes = 0.25;
/** At about 600 reads a second, as many as some hundred megabytes hold. */
const mostMinutes = 120;
const seedsEnd = 2 ** 31;

export const usage: string = `Real processes, real faults, one checker.

  pnpm nemesis                    5 minutes of faults chosen by a random seed
  pnpm nemesis --minutes 30       ${leastMinutes} to ${mostMinutes} minutes
  pnpm nemesis --seed 7           the faults of that seed again
  pnpm nemesis --naive            the same against a naive cache, which must be caught
  pnpm nemesis --out FOLDER       where to write the verdict page
  pnpm nemesis --plan             prints the faults that are to come, and ends

Exit code: 0 when all was as promised, 1 when something was not, 2 when it could not be tried.`;

/** @throws ArgumentError */
export function parseArguments(words: readonly string[]): NemesisArguments {
  const values = parseWords(words);
  const seed = values.seed === undefined ? randomInt(100_000) : numberIn("--seed", values.seed);
  if (!Number.isInteger(seed) || seed < 0 || seed >= seedsEnd) {
    throw new ArgumentError(`--seed must be a whole number from 0 to ${seedsEnd - 1}`);
  }
  const minutes = numberIn("--minutes", values.minutes);
  if (!(minutes >= leastMinutes && minutes <= mostMinutes)) {
    throw new ArgumentError(`--minutes must be from ${leastMinutes} to ${mostMinutes}`);
  }
  return {
    minutes,
    seed,
    cache: values.naive ? "naive" : "write-through",
    out: values.out,
    command: values.help ? "help" : values.plan ? "print_plan" : "run",
  };
}

/** The command that runs the same again. */
export function commandOf({ minutes, seed, cache }: NemesisOptions): string {
  return `pnpm nemesis --minutes ${minutes} --seed ${seed}${cache === "naive" ? " --naive" : ""}`;
}

function parseWords(words: readonly string[]): {
  minutes: string;
  seed?: string;
  naive: boolean;
  out?: string;
  plan: boolean;
  help: boolean;
} {
  try {
    return parseArgs({
      // pnpm passes on the two dashes that end its own options.
      args: words.filter((word) => word !== "--"),
      options: {
        minutes: { type: "string", default: "5" },
        seed: { type: "string" },
        naive: { type: "boolean", default: false },
        out: { type: "string" },
        plan: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    throw new ArgumentError(error instanceof Error ? error.message : String(error));
  }
}

function numberIn(name: string, text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw new ArgumentError(`${name} must be a number, not "${text}"`);
}
