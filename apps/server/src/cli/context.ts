import type { Environment } from "../config.ts";
import type { Terminal } from "./terminal.ts";

/** What a command is given besides its arguments. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly environment: Environment;
  /** Takes secrets of the environment out of a text that is not ours. */
  readonly redact: (text: string) => string;
}
