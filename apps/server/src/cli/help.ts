import { stripVTControlCharacters } from "node:util";
import { renderUsage } from "citty";
import type { FoundCommand } from "./find-command.ts";

const epilogue = `
With --json every command prints one JSON document and nothing else to the standard output; a
refusal is { "error": { "code", "message" } }. What went wrong stands on the standard error.

Exit codes: 0 done; 1 failed, or \`doctor\` found something to mend; 2 wrong usage, or not confirmed.

The environment variables are those of the service, LEASE_MS and AUTH_SECRET included.
LOG_LEVEL=debug shows what happens on the way.`;

/** How a command is used, or which there are. */
export async function renderHelp({ command, parent }: FoundCommand): Promise<string> {
  // The names of groups begin with that of the program already.
  const named = command.run === undefined ? undefined : parent;
  const rendered = stripVTControlCharacters(await renderUsage(command, named));
  const usage = rendered.replaceAll(/ +$/gm, "").trimEnd();
  return parent === undefined ? `${usage}\n${epilogue}` : usage;
}
