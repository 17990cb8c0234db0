import { parseArgs } from "node:util";
import { groups, type Group } from "./comparison.ts";

export interface BenchArguments {
  /** A smoke test: too few rounds for its numbers to mean anything. */
  readonly isShort: boolean;
  /** Postgres flushes every commit to its disk. */
  readonly isDurable: boolean;
  readonly groups: readonly Group[];
  /** Folder of the results; undefined: the one in the repository. */
  readonly out: string | undefined;
  readonly command: "run" | "help";
}

/** What was typed cannot be meant; the message says what can. */
export class ArgumentError extends Error {
  override readonly name = "ArgumentError";
}

export const usage: string = `The cache against the bare parts it is made of, side by side in one run.

  pnpm bench                      everything, in about two minutes
  pnpm bench --only near,redis    of ${groups.join(", ")}
  pnpm bench --durable            Postgres flushes every commit to its disk
  pnpm bench --short              does it run at all? Its numbers mean nothing
  pnpm bench --out FOLDER         where to write results.json and results.html; else .data/bench

Leave the machine alone meanwhile. Exit code: 0 when it was measured, whatever came out, else 2.`;

/** @throws ArgumentError */
export function parseArguments(words: readonly string[]): BenchArguments {
  const values = parseWords(words);
  return {
    isShort: values.short,
    isDurable: values.durable,
    groups: values.only === undefined ? groups : values.only.split(",").map((name) => group(name)),
    out: values.out,
    command: values.help ? "help" : "run",
  };
}

function group(name: string): Group {
  const found = groups.find((known) => known === name);
  if (found !== undefined) return found;
  throw new ArgumentError(`--only takes some of ${groups.join(", ")}, not "${name}"`);
}

function parseWords(words: readonly string[]): {
  short: boolean;
  durable: boolean;
  only?: string;
  out?: string;
  help: boolean;
} {
  try {
    return parseArgs({
      // pnpm passes on the two dashes that end its own options.
      args: words.filter((word) => word !== "--"),
      options: {
        short: { type: "boolean", default: false },
        durable: { type: "boolean", default: false },
        only: { type: "string" },
        out: { type: "string" },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    throw new ArgumentError(error instanceof Error ? error.message : String(error));
  }
}
