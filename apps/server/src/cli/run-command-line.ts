import { runCommand, type ArgsDef } from "citty";
import type { Environment } from "../config.ts";
import { checkArguments } from "./check-arguments.ts";
import { done, failed, notTried, type CommandOutcome } from "./command-outcome.ts";
import { createCommands } from "./commands.ts";
import type { CommandContext } from "./context.ts";
import { describeFault } from "./describe-fault.ts";
import { findCommand } from "./find-command.ts";
import { renderHelp } from "./help.ts";
import { createRedactor } from "./redact.ts";
import { createTerminal, type Terminal, type TerminalStreams } from "./terminal.ts";
import { escapeInvisible } from "./text.ts";

/** The process, or what a test has in its place. */
export interface Host extends TerminalStreams {
  readonly env: Environment;
}

/**
 * Runs one command.
 *
 * @param words what stands on the command line after the program.
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage or not confirmed.
 */
export async function runCommandLine(
  words: readonly string[],
  host: Host = process,
): Promise<number> {
  const terminal = createTerminal(host);
  const context: CommandContext = {
    terminal,
    environment: host.env,
    redact: createRedactor(host.env),
  };
  const outcome = await outcomeOf(context, words);
  await tell(terminal, outcome, words.includes("--json"));
  return outcome.exitCode;
}

async function outcomeOf(
  context: CommandContext,
  words: readonly string[],
): Promise<CommandOutcome> {
  const found = findCommand(createCommands(context), words);
  const { command, path, rest } = found;
  if (rest.some((word) => word === "--help" || word === "-h")) {
    const usage = await renderHelp(found);
    return done({ usage }, usage.split("\n"));
  }
  const help = `See: ${["portcullis", ...path, "--help"].join(" ")}`;
  if (command.run === undefined) {
    const isNamed = rest.some((word) => !word.startsWith("-"));
    const what = isNamed ? "There is no such command." : "Name a command.";
    return notTried("usage", `${what} ${help}`);
  }
  const verdict = checkArguments((command.args ?? {}) as ArgsDef, rest);
  if (verdict.kind === "wrong") return notTried("usage", `${verdict.why} ${help}`);
  try {
    const { result } = await runCommand(command, { rawArgs: [...rest] });
    return result as CommandOutcome;
  } catch (error) {
    const { code, message } = describeFault(error);
    if (context.environment["LOG_LEVEL"] === "debug") await showStack(context, error);
    return failed(code, context.redact(message));
  }
}

async function showStack({ terminal, redact }: CommandContext, error: unknown): Promise<void> {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  await terminal.complain(`${redact(stack)}\n`);
}

async function tell(terminal: Terminal, outcome: CommandOutcome, isJson: boolean): Promise<void> {
  if (outcome.kind === "refused") {
    const { code, message } = outcome;
    for (const line of message.split("\n")) await terminal.complain(`${escapeInvisible(line)}\n`);
    if (isJson) await printJson(terminal, { error: { code, message } });
  } else if (isJson) {
    await printJson(terminal, outcome.data);
  } else {
    for (const line of outcome.lines) await terminal.print(`${escapeInvisible(line)}\n`);
  }
}

async function printJson(terminal: Terminal, data: object): Promise<void> {
  await terminal.print(`${escapeInvisible(JSON.stringify(data))}\n`);
}
