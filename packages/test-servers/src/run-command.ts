import { execFile } from "node:child_process";

import { TestServerError } from "./test-server-error.ts";

/** How a short-lived program runs. */
export interface RunOptions {
  timeoutMs: number;
  cwd?: string | undefined;
  uid?: number | undefined;
  gid?: number | undefined;
  env?: NodeJS.ProcessEnv | undefined;
}

const outputBytesMax = 4 * 1024 * 1024;
const outputTailLength = 2000;

/** Runs a program to its end and returns its standard output. A failure carries the end of what it printed. */
export async function runCommand(
  command: string,
  args: readonly string[],
  { timeoutMs, ...options }: RunOptions,
): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      command,
      args,
      { ...options, timeout: timeoutMs, killSignal: "SIGKILL", maxBuffer: outputBytesMax },
      (error, stdout, stderr) => {
        if (error === null) {
          resolve(stdout);
          return;
        }
        const outcome = error.killed === true ? `did not end in ${timeoutMs} ms` : "failed";
        reject(
          new TestServerError(
            error.killed === true ? "TIMED_OUT" : "START_FAILED",
            `${command} ${args.join(" ")} ${outcome}\n${`${stdout}\n${stderr}`.slice(-outputTailLength)}`,
            { cause: error },
          ),
        );
      },
    );
  });
}
