import { notTried, type Refusal } from "./command-outcome.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Asks whether to do what can not be taken back.
 *
 * @param isYes whether the command line has said so already, for scripts.
 * @returns the refusal, unless it was confirmed.
 */
export async function refuseUnlessConfirmed(
  terminal: Terminal,
  question: string,
  isYes: boolean | undefined,
): Promise<Refusal | undefined> {
  if (isYes === true) return undefined;
  if (!terminal.isInteractive) {
    return notTried(
      "not_confirmed",
      "Nothing was changed: this command asks first, and there is no terminal to ask at. Add --yes if you mean it.",
    );
  }
  const answer = await terminal.ask(`${question} [y/N] `);
  if (/^y(?:es)?$/i.test(answer?.trim() ?? "")) return undefined;
  return notTried("not_confirmed", "Nothing was changed.");
}
