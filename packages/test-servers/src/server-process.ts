import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { waitUntil, withDeadline } from "./deadline.ts";
import { signalContainer } from "./docker.ts";
import type { ServerLaunch } from "./server-launch.ts";
import { TestServerError } from "./test-server-error.ts";
import { watchOverServer } from "./watchdog.ts";

const logTailLines = 20;
const killTimeoutMs = 10_000;

/** A running server that ends with this process, however this process ends. */
export interface ServerProcess {
  readonly pid: number;
  hasEnded(): boolean;
  /** A server that has ended is left alone. */
  signal(signal: NodeJS.Signals): void;
  /** Waits for the end, and throws `TIMED_OUT` when it does not come. */
  waitForEnd(timeoutMs: number): Promise<void>;
  /** Ends it at once, paused or not. Does nothing when it has ended. */
  end(): Promise<void>;
  logTail(): string;
}

/** The outcome of a start: a port can be lost to another process between the choice and the bind. */
export type StartOutcome = { kind: "started"; process: ServerProcess } | { kind: "port-taken" };

/** Starts the server and waits until it says that it is ready. */
export async function startServerProcess(launch: ServerLaunch): Promise<StartOutcome> {
  const logFile = join(launch.folder, "server.log");
  const child = spawnWithLog(launch, logFile);
  const logTail = (): string => readTail(logFile);
  const spawned = once(child, "spawn");
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
  });
  await withDeadline(spawned, launch.readyTimeoutMs, () => `${launch.command} did not spawn`);
  const pid = requirePid(child);
  const watch = watchOverServer(launch, pid);
  child.once("exit", () => watch.dismiss());

  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const signal = (name: NodeJS.Signals): void => {
    if (hasEnded()) {
      return;
    }
    if (launch.container === undefined) {
      signalProcess(pid, name);
    } else {
      signalContainer(launch.container, name);
    }
  };
  const waitForEnd = (timeoutMs: number): Promise<void> =>
    withDeadline(
      ended,
      timeoutMs,
      () => `${launch.command} (pid ${pid}) did not end\n${logTail()}`,
    );
  const end = async (): Promise<void> => {
    signal(launch.endSignal);
    // A paused server gets the signal only when it goes on.
    signal("SIGCONT");
    try {
      await waitForEnd(killTimeoutMs);
    } catch {
      signal("SIGKILL");
      await waitForEnd(killTimeoutMs);
    }
  };
  const started: ServerProcess = { pid, hasEnded, signal, waitForEnd, end, logTail };

  try {
    await waitUntil(
      () => hasEnded() || launch.readyPattern.test(readLog(logFile)),
      launch.readyTimeoutMs,
      () => `${launch.command} was not ready in time\n${logTail()}`,
    );
  } catch (error) {
    await end();
    throw error;
  }
  if (!hasEnded()) {
    return { kind: "started", process: started };
  }
  if (/address already in use|port is already allocated/i.test(readLog(logFile))) {
    return { kind: "port-taken" };
  }
  throw new TestServerError(
    "START_FAILED",
    `${launch.command} ended before it was ready\n${logTail()}`,
  );
}

function spawnWithLog(launch: ServerLaunch, logFile: string): ChildProcess {
  // Into a file, not a pipe: a server never waits for us to read what it prints.
  const log = openSync(logFile, "w");
  try {
    const child = spawn(launch.command, launch.args, {
      cwd: launch.folder,
      env: launch.env,
      stdio: ["ignore", log, log],
      // Out of the terminal's process group: Ctrl-C reaches it through its watchdog alone.
      detached: true,
      ...(launch.user === undefined ? {} : { uid: launch.user.uid, gid: launch.user.gid }),
    });
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

function readLog(logFile: string): string {
  return readFileSync(logFile, "utf8");
}

function readTail(logFile: string): string {
  return readLog(logFile).trimEnd().split("\n").slice(-logTailLines).join("\n");
}

function requirePid(child: ChildProcess): number {
  if (child.pid === undefined) {
    throw new TestServerError("START_FAILED", `${child.spawnfile} has no pid`);
  }
  return child.pid;
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It ended and Node has not told us yet.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) {
      throw error;
    }
  }
}
