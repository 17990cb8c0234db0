// Runs spin, the C compiler and the program it makes, for one configuration of the model.
import { execFile, type ExecFileException } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const model = join(import.meta.dirname, "protocol.pml");
/** spin and gcc take some seconds; a hanging one is ended. */
const compileLimitMs = 60_000;
const outputMaxBytes = 16_000_000;
/** The stack of the depth-first search, in steps; the deepest configuration needs some thousands. */
const searchDepthMax = 200_000;
/** The search ends itself then, should nobody be left to end it. */
const searchMinutesMax = 20;

export type Verdict = "holds" | "violated" | "not finished";

export interface SpinResult {
  readonly verdict: Verdict;
  readonly states: number;
  readonly depth: number;
  readonly seconds: number;
}

interface SearchOptions {
  /** Worth six seconds of optimisation by gcc, and a large table. */
  readonly isLong: boolean;
  readonly wallMs: number;
  readonly memoryMb: number;
}

interface Output {
  readonly text: string;
  readonly timedOut: boolean;
}

/** Undefined when spin, or the compiler it needs, is not on the PATH. */
export async function spinVersion(): Promise<string | undefined> {
  try {
    await run("gcc", ["--version"], tmpdir(), compileLimitMs);
    return (await run("spin", ["-V"], tmpdir(), compileLimitMs)).text.trim();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Searches all states, or those up to the first violation. */
export async function runSpin(
  switches: readonly string[],
  { isLong, wallMs, memoryMb }: SearchOptions,
): Promise<SpinResult> {
  const folder = await mkdtemp(join(tmpdir(), "write-through-model-"));
  try {
    const defines = switches.map((name) => `-D${name}`);
    await run("spin", [...defines, "-a", model], folder, compileLimitMs);
    const options = [isLong ? "-O2" : "-O0", "-w", "-DSAFETY", "-DNOFAIR", `-DMEMLIM=${memoryMb}`];
    await run("gcc", [...options, "-o", "pan", "pan.c"], folder, compileLimitMs);
    // -E: a process that waits for ever is no error, for the model's budgets end.
    const search = await run(
      "./pan",
      ["-E", isLong ? "-w24" : "-w20", `-m${searchDepthMax}`, `-Q${searchMinutesMax}`],
      folder,
      wallMs,
    );
    return resultOf(search, wallMs);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function resultOf({ text, timedOut }: Output, wallMs: number): SpinResult {
  const errors = numberIn(text, /errors: (\d+)/);
  const isPartial = timedOut || /out of memory|max search depth too small/.test(text);
  if (errors === undefined && !isPartial) throw new Error(`The search said:\n${text}`);
  return {
    verdict: errors !== undefined && errors > 0 ? "violated" : isPartial ? "not finished" : "holds",
    states: numberIn(text, /(\d+) states, stored/) ?? 0,
    depth: numberIn(text, /depth reached (\d+)/) ?? 0,
    seconds: numberIn(text, /elapsed time ([\d.]+) seconds/) ?? wallMs / 1000,
  };
}

function numberIn(text: string, pattern: RegExp): number | undefined {
  const found = pattern.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** What it printed, also when it was ended for its time; throws when it failed in another way. */
function run(
  command: string,
  args: readonly string[],
  folder: string,
  limitMs: number,
): Promise<Output> {
  const options = { cwd: folder, timeout: limitMs, maxBuffer: outputMaxBytes } as const;
  return new Promise((resolve, reject) => {
    // SIGINT: the search then prints how far it came.
    execFile(command, args, { ...options, killSignal: "SIGINT" }, (error, stdout, stderr) => {
      const text = stdout + stderr;
      if (error === null) resolve({ text, timedOut: false });
      else if (command === "./pan") resolve({ text, timedOut: isTimeout(error) });
      else reject(error.code === "ENOENT" ? error : new Error(`${command} failed:\n${text}`));
    });
  });
}

/** A search that the limit ended leaves by itself, with a code of its own. */
function isTimeout(error: ExecFileException): boolean {
  return error.killed === true;
}
