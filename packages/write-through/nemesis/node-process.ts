import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { NodeCommand, NodeReport, NodeSettings } from "./report.ts";

/** One node, as the driver sees it. */
export interface NodeProcess {
  readonly pid: number;
  command(word: NodeCommand): void;
  signal(name: NodeJS.Signals): void;
  /** It has ended, and all it reported has been told. */
  readonly ended: Promise<NodeEnd>;
  /** Asks it to end; kills it if it does not. */
  stop(): Promise<void>;
}

export interface NodeEnd {
  /** A signal of ours ended it, or it was asked to. */
  readonly isExpected: boolean;
  readonly how: string;
}

const program = fileURLToPath(new URL("node-main.ts", import.meta.url));
const stopTimeoutMs = 15_000;
const maxComplaints = 20;

export async function startNodeProcess(
  settings: NodeSettings,
  onReport: (report: NodeReport) => void,
): Promise<NodeProcess> {
  const child = spawn(
    process.execPath,
    ["--conditions=@portcullis/source", program, JSON.stringify(settings)],
    // A process group of its own: Ctrl-C ends the run in order, by the driver.
    { stdio: ["pipe", "pipe", "pipe"], detached: true },
  );
  let isEndExpected = false;
  const complaints: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => {
    if (complaints.length < maxComplaints) complaints.push(line);
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    onReport(JSON.parse(line) as NodeReport);
  });
  // The input of a killed node cannot be written; its end says so.
  child.stdin.on("error", () => undefined);
  const killAtExit = (): void => void child.kill("SIGKILL");
  process.once("exit", killAtExit);
  const ended = new Promise<NodeEnd>((resolve) => {
    child.once("close", (code, signal) => {
      process.off("exit", killAtExit);
      const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
      resolve({ isExpected: isEndExpected, how: [how, ...complaints].join("\n") });
    });
  });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", reject);
  });

  const signal = (name: NodeJS.Signals): void => {
    if (name === "SIGKILL") isEndExpected = true;
    child.kill(name);
  };
  return {
    pid: child.pid ?? 0,
    command: (word) => child.stdin.write(`${word}\n`),
    signal,
    ended,
    async stop() {
      isEndExpected = true;
      child.stdin.end();
      const timer = setTimeout(() => signal("SIGKILL"), stopTimeoutMs);
      await ended;
      clearTimeout(timer);
    },
  };
}
