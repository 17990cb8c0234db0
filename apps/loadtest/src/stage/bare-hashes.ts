import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export interface BareHashQuestion {
  readonly hash: string;
  readonly password: string;
  readonly seconds: number;
}

export interface BareHashAnswer {
  readonly perSecond: number;
}

const program = fileURLToPath(new URL("bare-hash-main.ts", import.meta.url));
const graceSeconds = 30;

/** How many of the server's password hashes a process computes on a processor that does nothing else. */
export async function measureBareHashes(
  question: BareHashQuestion,
  cpu: number | undefined,
): Promise<number> {
  const words = [process.execPath, "--conditions=@portcullis/source", program];
  const [command = "", ...args] = cpu === undefined ? words : ["taskset", "-c", `${cpu}`, ...words];
  const child = spawn(command, args, {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    detached: true,
  });
  const killAtExit = (): void => void child.kill("SIGKILL");
  process.once("exit", killAtExit);
  try {
    const over = AbortSignal.timeout((question.seconds + graceSeconds) * 1000);
    const ended = once(child, "exit", { signal: over }).then(([code]) => {
      throw new Error(`The process that computes bare hashes ended with code ${String(code)}`);
    });
    const answer = once(child, "message", { signal: over });
    child.send(question);
    const [{ perSecond }] = (await Promise.race([answer, ended])) as [BareHashAnswer];
    ended.catch(() => undefined);
    return perSecond;
  } finally {
    process.off("exit", killAtExit);
    child.kill("SIGKILL");
  }
}
