import { notTried, type Refusal } from "./command-outcome.ts";
import type { Terminal } from "./terminal.ts";

/** More than the longest password has. */
const inputBytesMax = 8192;

type NewPassword = { readonly kind: "given"; readonly password: string } | Refusal;

/**
 * Asks for a new password twice, or takes the one that is piped in. Never an argument: other users
 * of the machine see those, and shells write them down.
 */
export async function readNewPassword(
  terminal: Terminal,
  fromStdin: boolean,
): Promise<NewPassword> {
  return await (fromStdin ? readPiped(terminal) : askTwice(terminal));
}

async function readPiped(terminal: Terminal): Promise<NewPassword> {
  if (!terminal.isInputPiped) {
    return notTried(
      "usage",
      "--password-stdin takes what is piped in; leave it out to be asked without an echo.",
    );
  }
  const input = await terminal.readInput(inputBytesMax);
  if (input === undefined) {
    return notTried("input_invalid", `The password has more than ${inputBytesMax} bytes.`);
  }
  // Bytes that are not UTF-8 become a replacement character each: the password would be another.
  const password = input.toString().replace(/\r?\n$/, "");
  if (!Buffer.from(input.toString()).equals(input)) {
    return notTried("input_invalid", "The password is not UTF-8.");
  }
  return { kind: "given", password };
}

async function askTwice(terminal: Terminal): Promise<NewPassword> {
  if (!terminal.isInteractive) {
    return notTried(
      "usage",
      "There is no terminal to ask for the password at: pipe it in and add --password-stdin.",
    );
  }
  const answers = await terminal.askHidden([
    "Password, at least 15 characters, not shown: ",
    "Once more: ",
  ]);
  const [password, again] = answers ?? [];
  if (password === undefined) return notTried("not_confirmed", "Nothing was changed.");
  if (again === password) return { kind: "given", password };
  return notTried("not_confirmed", "Nothing was changed: the two were not the same.");
}
