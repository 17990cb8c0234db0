import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { LoadOutcome, LoadPlan } from "../load.ts";
import { checkPlan } from "./check-plan.ts";
import type { GeneratedLoad, LoadProgress } from "./generate-load.ts";
import type { FromGenerator, ToGenerator } from "./generator-messages.ts";
import { usualLimits } from "./limits.ts";
import { checkReachable } from "./target-unreachable-error.ts";

export interface RunLoadOptions {
  /** The core that the generator gets for itself. Default: any; so too where there is no `taskset`. */
  readonly cpu?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The load was aborted; what was measured until then is whole but for what was under way. */
export class AbortedRunError extends Error {
  override readonly name = "AbortedRunError";
  /** Its `seconds` are those that were measured. Undefined when none was. */
  readonly outcome: LoadOutcome | undefined;

  constructor(outcome: LoadOutcome | undefined) {
    super("The load was aborted before its time was over.");
    this.outcome = outcome;
  }
}

/** The generator could not do its work: its source threw, or its process ended or hung. */
export class GeneratorError extends Error {
  override readonly name = "GeneratorError";
}

const program = fileURLToPath(new URL("generator-main.ts", import.meta.url));
const startTimeoutMs = 60_000;
/** Beyond the load's own time and the deadline of its last request. */
const endGraceMs = 15_000;
const abortTimeoutMs = 5000;
const endTimeoutMs = 2000;
const maxComplaintsLength = 2000;

/**
 * Puts a load on the targets from a process of its own, which ends with this one.
 *
 * @param onProgress is called with `atSeconds: 0` the moment the warm-up is over, then twice a second,
 *   then with `atSeconds` equal to `seconds` the moment the time is over; requests under way are waited
 *   for after that.
 * @throws {RangeError} a figure of the plan is out of bounds.
 * @throws {TargetUnreachableError} before anything is started.
 * @throws {AbortedRunError} with what was measured so far.
 * @throws {GeneratorError}
 * @throws what `onProgress` throws.
 */
export async function runLoad(
  plan: LoadPlan,
  onProgress: (progress: LoadProgress) => void = () => undefined,
  { cpu, signal }: RunLoadOptions = {},
): Promise<LoadOutcome> {
  checkPlan(plan);
  await checkReachable(plan.targets);
  if (signal?.aborted === true) throw new AbortedRunError(undefined);
  const { outcome, isWhole } = await generateInProcess(plan, onProgress, cpu, signal);
  if (isWhole) return outcome;
  throw new AbortedRunError(outcome.run.seconds === 0 ? undefined : outcome);
}

async function generateInProcess(
  plan: LoadPlan,
  onProgress: (progress: LoadProgress) => void,
  cpu: number | undefined,
  signal: AbortSignal | undefined,
): Promise<GeneratedLoad> {
  const generator = startProcess(cpu);
  const ended = Promise.withResolvers<GeneratedLoad>();
  const fail = (why: string): void => ended.reject(new GeneratorError(why));
  let timer: NodeJS.Timeout | undefined;
  const within = (ms: number, orElse: () => void): void => {
    clearTimeout(timer);
    timer = setTimeout(orElse, ms);
  };
  const isAborted = (): boolean => signal?.aborted === true;
  let complaints = "";
  generator.stderr?.on("data", (text: Buffer) => {
    complaints = (complaints + text.toString()).slice(-maxComplaintsLength);
  });
  generator.on("error", (error) => fail(`The generator: ${error.message}`));
  generator.once("exit", (code, signalName) => {
    fail(`The generator ended (${signalName ?? `exit code ${code}`}).\n${complaints}`.trim());
  });
  generator.on("message", (message: FromGenerator) => {
    switch (message.kind) {
      case "started":
        if (!isAborted()) within(mostMsOf(plan), () => fail("The generator did not end the load."));
        break;
      case "progress":
        try {
          onProgress(message.progress);
        } catch (error) {
          ended.reject(error);
        }
        break;
      case "ended":
        ended.resolve(message);
        break;
      case "failed":
        fail(message.why);
        break;
    }
  });
  const abort = (): void => {
    tell(generator, { kind: "abort" });
    within(abortTimeoutMs, () => ended.reject(new AbortedRunError(undefined)));
  };

  try {
    within(startTimeoutMs, () =>
      fail(`The generator did not start: ${plan.source} took too long.`),
    );
    tell(generator, { kind: "start", plan });
    signal?.addEventListener("abort", abort, { once: true });
    if (isAborted()) abort();
    return await ended.promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
    await endProcess(generator);
  }
}

/** The end of its channel is the end of the process; if it is not, it is killed. */
async function endProcess(generator: ChildProcess): Promise<void> {
  if (generator.exitCode !== null || generator.signalCode !== null) return;
  if (generator.pid === undefined) return;
  const timer = setTimeout(() => generator.kill("SIGKILL"), endTimeoutMs);
  const exited = once(generator, "exit");
  if (generator.connected) generator.disconnect();
  await exited;
  clearTimeout(timer);
}

function startProcess(cpu: number | undefined): ChildProcess {
  const flags = ["--conditions=@portcullis/source"];
  const isPinned = cpu !== undefined && hasTaskset();
  return fork(program, {
    execPath: isPinned ? "taskset" : process.execPath,
    execArgv: isPinned ? ["-c", String(cpu), process.execPath, ...flags] : flags,
    stdio: ["ignore", "inherit", "pipe", "ipc"],
    // A process group of its own: Ctrl-C is for who started it, who then asks for what was measured.
    detached: true,
  });
}

function tell(generator: ChildProcess, message: ToGenerator): void {
  // A process that has ended says so itself.
  if (generator.connected) generator.send(message, () => undefined);
}

function mostMsOf({ warmUpSeconds, seconds }: LoadPlan): number {
  return (warmUpSeconds + seconds) * 1000 + usualLimits.requestTimeoutMs + endGraceMs;
}

function hasTaskset(): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, "taskset"), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
