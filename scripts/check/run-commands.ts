import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";

import { root } from "./root.ts";
import type { Command, StepOutcome } from "./step.ts";

const killGraceMs = 10_000;

/** How a command ended. */
export interface CommandEnd {
  isGood: boolean;
  output: string;
}

/** Runs the commands one after the other, all of them: one failure should not hide the next. */
export async function runCommands(
  commands: readonly Command[],
  timeoutMs: number,
): Promise<StepOutcome> {
  if (commands.length === 0) return { passed: 0, failed: 1, output: "there is nothing to check" };
  const outputs: string[] = [];
  let isGood = true;
  for (const command of commands) {
    const end = await runCommand(command, timeoutMs);
    if (!end.isGood) {
      isGood = false;
      outputs.push(end.output);
    }
  }
  return isGood
    ? { passed: 1, failed: 0, output: "" }
    : { passed: 0, failed: 1, output: outputs.join("\n") };
}

/** Runs a command to its end, or to its deadline. */
export function runCommand(command: Command, timeoutMs: number): Promise<CommandEnd> {
  const { program, args, cwd = root, isLive = false } = command;
  const line = `$ ${[program, ...args].join(" ")}`;
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, PATH: pathWithTools() },
      stdio: isLive ? ["ignore", "inherit", "inherit"] : ["ignore", "pipe", "pipe"],
    });
    const chunks: string[] = [line, "\n"];
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (chunk: string) => chunks.push(chunk));
    }
    const deadline = setTimeout(() => {
      chunks.push(`\nended after ${timeoutMs / 1000} s without a result\n`);
      child.kill("SIGTERM");
      setTimeout(() => child.kill("SIGKILL"), killGraceMs).unref();
    }, timeoutMs);
    child.once("error", (error) => {
      clearTimeout(deadline);
      resolve({ isGood: false, output: `${line}\n${error.message}` });
    });
    child.once("close", (exitCode, signal) => {
      clearTimeout(deadline);
      if (signal !== null) {
        chunks.push(`\nended by ${signal}\n`);
      }
      resolve({ isGood: exitCode === 0, output: chunks.join("") });
    });
  });
}

/** Our tools come first, and with them the Node of our dependencies, whatever the machine has. */
function pathWithTools(): string {
  return [join(root, "node_modules/.bin"), process.env["PATH"] ?? ""].join(delimiter);
}
