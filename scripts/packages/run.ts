import { execFileSync } from "node:child_process";

import { root } from "../check/root.ts";

const timeoutMs = 300_000;

/** A command that failed, and whose output has been shown. */
export class CommandFailure extends Error {
  override readonly name = "CommandFailure";
}

/**
 * Runs a command to its end; what it prints is shown when it fails.
 *
 * @throws CommandFailure
 */
export function run(program: string, args: readonly string[], cwd: string = root): void {
  try {
    execFileSync(program, args, { cwd, timeout: timeoutMs, stdio: "pipe" });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: Buffer; stderr?: Buffer };
    console.error(`$ ${program} ${args.join(" ")}\n${String(stdout)}\n${String(stderr)}`);
    throw new CommandFailure();
  }
}

export function pnpm(args: readonly string[], cwd: string): void {
  run("npx", ["-y", "pnpm@12", "--silent", ...args], cwd);
}
