import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { compileCache } from "./compile-cache.ts";

/** The service as a process of its own: the same program that `pnpm start` runs. */
export interface ServiceProcess extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** Everything it wrote, a line each. */
  readonly output: readonly string[];
  /** Resolves when it writes a line, or has written one, with this text in it. */
  readonly waitForOutput: (text: string) => Promise<void>;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** The exit code, once it has ended; `null` when a signal ended it. */
  readonly ended: Promise<number | null>;
  /** Asks it to stop; kills it if it does not. */
  readonly stop: () => Promise<number | null>;
}

/** Thrown when the process ended, or was not ready in time. */
class ServiceProcessError extends Error {
  override readonly name = "ServiceProcessError";
  readonly output: readonly string[];

  constructor(message: string, output: readonly string[]) {
    super(`${message}\n${output.join("\n")}`);
    this.output = output;
  }
}

const program = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const readyTimeoutMs = 40_000;
const stopTimeoutMs = 12_000;

/** How the process is started and watched. */
export interface ServiceProcessOptions {
  /** Of Node, before the program. */
  readonly nodeFlags?: readonly string[];
  /** The one processor it runs on, where there is `taskset`. Default: all. */
  readonly cpu?: number | undefined;
  /** Given the process at once, with a channel for messages. Default: without a channel. */
  readonly onSpawn?: (child: ChildProcess) => void;
  /** Whether what it writes is dropped once it is ready: for a process that is asked a lot. Default `false`. */
  readonly dropsOutput?: boolean;
  /** Whether Ctrl-C leaves it to this process to stop it. Default `false`. */
  readonly ignoresTerminal?: boolean;
}

/** Starts the service with these variables and no others of ours, and waits until it is ready. */
export async function startServiceProcess(
  variables: Readonly<Record<string, string>>,
  { nodeFlags = [], cpu, onSpawn, ...options }: ServiceProcessOptions = {},
): Promise<ServiceProcess> {
  const words = [process.execPath, "--conditions=@portcullis/source", ...nodeFlags, program];
  const [command = "", ...args] = cpu === undefined ? words : ["taskset", "-c", `${cpu}`, ...words];
  const child = spawn(command, args, {
    env: { PATH: process.env["PATH"], ...compileCache(), LOG_FORMAT: "json", ...variables },
    stdio: ["ignore", "pipe", "pipe", ...(onSpawn === undefined ? [] : ["ipc" as const])],
    detached: options.ignoresTerminal ?? false,
  });
  onSpawn?.(child);
  // Whatever ends this process, the service must not outlive it.
  const killAtExit = (): void => void child.kill("SIGKILL");
  process.once("exit", killAtExit);

  const output: string[] = [];
  const watchers = new Set<() => void>();
  const streams = [child.stdout, child.stderr].filter((stream) => stream !== null);
  const readers = streams.map((input) => createInterface({ input }));
  for (const reader of readers) {
    reader.on("line", (line) => {
      output.push(line);
      for (const watcher of Array.from(watchers)) watcher();
    });
  }
  const dropOutput = (): void => {
    for (const reader of readers) reader.close();
    for (const stream of streams) stream.resume();
  };
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      process.off("exit", killAtExit);
      resolve(code);
    });
  });

  function waitForLine<T>(find: (line: string) => T | undefined, timeoutMs: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = output.map(find).find((value) => value !== undefined);
        if (found === undefined) return;
        done();
        resolve(found);
      };
      const fail = (message: string): void => {
        done();
        reject(new ServiceProcessError(message, output));
      };
      const timer = setTimeout(() => fail(`Nothing came within ${timeoutMs} ms.`), timeoutMs);
      const done = (): void => {
        clearTimeout(timer);
        watchers.delete(look);
      };
      watchers.add(look);
      ended.then((code) => fail(`The service ended with code ${code}.`), reject);
      look();
    });
  }

  async function stop(): Promise<number | null> {
    child.kill("SIGTERM");
    // A process that was paused hears of it only when it goes on.
    child.kill("SIGCONT");
    const timer = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMs);
    try {
      return await ended;
    } finally {
      clearTimeout(timer);
    }
  }

  try {
    const url = await waitForLine(readyUrl, readyTimeoutMs);
    if (options.dropsOutput === true) dropOutput();
    return {
      url,
      pid: child.pid ?? 0,
      output,
      waitForOutput: async (text) => {
        await waitForLine((line) => line.includes(text) || undefined, readyTimeoutMs);
      },
      signal: (signal) => void child.kill(signal),
      ended,
      stop,
      [Symbol.asyncDispose]: async () => void (await stop()),
    };
  } catch (error) {
    child.kill("SIGKILL");
    await ended;
    throw error;
  }
}

function readyUrl(line: string): string | undefined {
  if (!line.startsWith("{")) return undefined;
  const entry = JSON.parse(line) as { msg?: string; url?: string };
  return entry.msg === "ready" ? entry.url : undefined;
}
