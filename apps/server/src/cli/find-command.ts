import type { CommandDef } from "citty";

/** Where the words of a command line lead. */
export interface FoundCommand {
  readonly command: CommandDef;
  /** Absent for the root. */
  readonly parent: CommandDef | undefined;
  /** The words that led here, `["user", "ban"]` for instance. */
  readonly path: readonly string[];
  /** The words after them. */
  readonly rest: readonly string[];
}

/** Follows words from the root as far as they name commands. */
export function findCommand(root: CommandDef, words: readonly string[]): FoundCommand {
  let found: FoundCommand = { command: root, parent: undefined, path: [], rest: words };
  for (;;) {
    const [word = "", ...rest] = found.rest;
    const children = childrenOf(found.command);
    const command = Object.hasOwn(children, word) ? children[word] : undefined;
    if (command === undefined) return found;
    found = { command, parent: found.command, path: [...found.path, word], rest };
  }
}

/** Our commands are plain objects; citty's types allow for promises of them too. */
function childrenOf({ subCommands }: CommandDef): Readonly<Record<string, CommandDef>> {
  return (subCommands ?? {}) as Record<string, CommandDef>;
}
