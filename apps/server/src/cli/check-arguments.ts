import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import type { ArgsDef } from "citty";

/** What is wrong with the words after a command. */
export type ArgumentsVerdict =
  | { readonly kind: "right" }
  /** `why` does not repeat values: a password may be among them. */
  | { readonly kind: "wrong"; readonly why: string };

/** Judges what citty would take without a word: unknown options, and too many or too few words. */
export function checkArguments(args: ArgsDef, words: readonly string[]): ArgumentsVerdict {
  const definitions = Object.entries(args);
  const positionals = definitions.filter(([, { type }]) => type === "positional");
  const options = definitions.filter(([, { type }]) => type !== "positional");
  const parsed = parseStrictly(words, options);
  if (typeof parsed === "string") return { kind: "wrong", why: parsed };

  const missingWord = positionals[parsed.positionals.length]?.[0];
  if (missingWord !== undefined) {
    return { kind: "wrong", why: `${missingWord.toUpperCase()} is missing.` };
  }
  if (parsed.positionals.length > positionals.length) {
    return { kind: "wrong", why: "There are more words than this command takes." };
  }
  const missingOption = options.find(
    ([name, { required }]) => required === true && parsed.values[name] === undefined,
  );
  if (missingOption !== undefined) {
    return { kind: "wrong", why: `--${missingOption[0]} is missing.` };
  }
  return { kind: "right" };
}

interface Parsed {
  readonly values: Readonly<Record<string, unknown>>;
  readonly positionals: readonly string[];
}

/** @returns why they can not be parsed, if so. */
function parseStrictly(
  words: readonly string[],
  options: readonly [string, ArgsDef[string]][],
): Parsed | string {
  const config: ParseArgsOptionsConfig = Object.fromEntries(
    options.map(([name, { type }]) => [name, { type: type === "boolean" ? type : "string" }]),
  );
  try {
    return parseArgs({ args: [...words], options: config, allowPositionals: true, strict: true });
  } catch (error) {
    if (!(error instanceof TypeError && "code" in error)) throw error;
    return error.code === "ERR_PARSE_ARGS_UNKNOWN_OPTION"
      ? "There is an option that this command does not have. A word that begins with a dash comes after --."
      : error.message.replace(/\.?(?:\n.*)?$/s, ".");
  }
}
