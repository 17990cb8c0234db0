/**
 * Starts all that the revocation lab needs (Postgres, Redis, three nodes, and the means to disturb
 * them), and runs until Ctrl-C.
 */
import { setLab } from "./lab-stage.ts";
import { createReport, StepFailure } from "./report.ts";

// Ctrl-C in a terminal reaches the whole process group, and package managers send it on once more.
const sameSignalMs = 500;

const report = createReport();
process.exit(await run());

async function run(): Promise<number> {
  const interrupted = waitForSignal();
  const started = new AsyncDisposableStack();
  try {
    report.line("The revocation lab: three nodes, one Postgres, one Redis.");
    report.chapter("Starting");
    const stage = await Promise.race([setLab(report, started), interrupted]);
    if (stage === undefined) return 1;
    report.line(`\nOpen ${stage.url}  (Ctrl-C ends everything)\n`);
    await interrupted;
    report.line("\nStopping");
    return 0;
  } catch (error) {
    report.line(`\n${explain(error)}`);
    return 1;
  } finally {
    await started.disposeAsync();
  }
}

/** Resolves at the first SIGINT or SIGTERM; another one later ends the process at once. */
function waitForSignal(): Promise<undefined> {
  return new Promise((resolve) => {
    let firstMs: number | undefined;
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.on(signal, () => {
        if (firstMs === undefined) {
          firstMs = performance.now();
          resolve(undefined);
        } else if (performance.now() - firstMs > sameSignalMs) {
          process.exit(1);
        }
      });
    }
  });
}

function explain(error: unknown): string {
  if (!(error instanceof StepFailure)) return String(error);
  return `This step failed: ${error.message}\n${String(error.cause)}`;
}
