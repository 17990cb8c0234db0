import { availableParallelism } from "node:os";
import { codePoints } from "../text-rules.ts";
import { InvalidAuthOptionsError } from "../start-errors.ts";
import { wholeNumber } from "../whole-number.ts";
import type { BreachSource } from "./breach-source.ts";
import { contextWordCodePointsLeast } from "./context-words.ts";
import { foldText } from "./folded-text.ts";
import { hashCostBounds } from "./hash-cost.ts";
import type { HashCost } from "./hash-cost.ts";

/** What a password hash costs, how much of the machine hashing may take, and which new passwords are refused. */
export interface PasswordOptions {
  /**
   * Hashes computed at once; each takes `memoryKib` and `lanes` threads. Default: one less than the
   * processors, within 1 to 3, because Node does files and host names on the same 4 threads. 1 to 64.
   */
  readonly concurrency?: number;
  /** Hashes that may wait; a call above it is refused with `overloaded`. Default 64; 0 to 10000. */
  readonly queueMax?: number;
  /**
   * Memory of one Argon2id hash in KiB. Default 19456; 19456 to 262144. Aim at a hash below one
   * second on your machine. A hash that was made with less is made anew at its user's next login;
   * one that was made with more stays, and takes longer to refuse than an unknown email.
   */
  readonly memoryKib?: number;
  /** Passes over that memory. Default 2; 2 to 10. Older hashes as with `memoryKib`. */
  readonly passes?: number;
  /**
   * Lanes of one hash, which are computed in parallel. Default 1; 1 to 4. Raise the memory or the
   * passes by the same factor: otherwise old hashes, with fewer lanes, take longer than new ones
   * until their users log in.
   */
  readonly lanes?: number;
  /**
   * Words that make a password easy to guess here: your product, organisation, places. Default
   * none; at most 100, each of 4 to 64 code points without white space. The parts of
   * `tokens.issuer` and `tokens.audience`, and of the user's own email and name, come by themselves.
   */
  readonly contextWords?: readonly string[];
  /**
   * Is asked whether a new password is in a known breach. Default none. It has 1000 ms; when it
   * fails the password is accepted and `breach_source_failed` is reported.
   */
  readonly breachSource?: BreachSource;
}

/** {@link PasswordOptions} with their defaults, checked. */
export interface PasswordSettings {
  readonly concurrency: number;
  readonly queueMax: number;
  readonly cost: HashCost;
  readonly contextWords: readonly string[];
  readonly breachSource: BreachSource | undefined;
}

const contextWordBounds = { wordsMax: 100, codePointsMax: 64 } as const;

/** @throws InvalidAuthOptionsError */
export function resolvePasswordOptions(options: PasswordOptions): PasswordSettings {
  const { memoryKib, passes, lanes } = hashCostBounds;
  return {
    concurrency: wholeNumber(
      "passwords.concurrency",
      options.concurrency ?? defaultConcurrency(),
      [1, 64],
    ),
    queueMax: wholeNumber("passwords.queueMax", options.queueMax ?? 64, [0, 10_000]),
    cost: {
      memoryKib: wholeNumber("passwords.memoryKib", options.memoryKib ?? memoryKib.least, [
        memoryKib.least,
        memoryKib.most,
      ]),
      passes: wholeNumber("passwords.passes", options.passes ?? passes.least, [
        passes.least,
        passes.most,
      ]),
      lanes: wholeNumber("passwords.lanes", options.lanes ?? lanes.least, [
        lanes.least,
        lanes.most,
      ]),
    },
    contextWords: contextWords(options.contextWords ?? []),
    breachSource: breachSource(options.breachSource),
  };
}

function defaultConcurrency(): number {
  return Math.min(3, Math.max(1, availableParallelism() - 1));
}

function contextWords(words: readonly string[]): readonly string[] {
  const { wordsMax, codePointsMax } = contextWordBounds;
  if (words.length > wordsMax) {
    throw new InvalidAuthOptionsError(`passwords.contextWords must have at most ${wordsMax} words`);
  }
  for (const word of words) {
    const length = codePoints(foldText(word));
    if (length < contextWordCodePointsLeast || length > codePointsMax) {
      throw new InvalidAuthOptionsError(
        `passwords.contextWords: "${word}" must have ${contextWordCodePointsLeast} to ` +
          `${codePointsMax} characters without white space`,
      );
    }
  }
  return words;
}

function breachSource(source: BreachSource | undefined): BreachSource | undefined {
  if (source === undefined || typeof source.range === "function") return source;
  throw new InvalidAuthOptionsError("passwords.breachSource must have a function named range");
}
