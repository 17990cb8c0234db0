/**
 * Shows on a fresh machine what Portcullis promises: a token is refused from the call after the one
 * that revoked it, on every node. `--embedded` does it with one node and no servers.
 */
import { parseArgs } from "node:util";
import { createReport, duration, StepFailure } from "./report.ts";
import { setEmbedded, setServers } from "./stage.ts";
import { tellStory } from "./story.ts";

const totalTimeoutMs = 60_000;
// Within the total: what was started needs some time to stop.
const storyTimeoutMs = 45_000;

const { values } = parseArgs({ options: { embedded: { type: "boolean", default: false } } });
const report = createReport();

process.exitCode = await run();
process.exit();

async function run(): Promise<number> {
  const startedMs = performance.now();
  setTimeout(() => {
    report.line(`\nThe demo did not end within ${totalTimeoutMs / 1_000} s.`);
    process.exit(1);
  }, totalTimeoutMs).unref();

  const started = new AsyncDisposableStack();
  try {
    await Promise.race([show(started), interruption()]);
    report.line(`\nAll as promised, in ${duration(performance.now() - startedMs).trim()}.`);
    return 0;
  } catch (error) {
    report.line(`\n${explain(error)}`);
    return 1;
  } finally {
    await started.disposeAsync();
  }
}

async function show(started: AsyncDisposableStack): Promise<void> {
  report.line(
    values.embedded
      ? "Portcullis, embedded: one process, no servers."
      : "Portcullis: two nodes, one Postgres, one Redis.",
  );
  report.chapter("Starting");
  const nodes = await (values.embedded ? setEmbedded : setServers)(report, started);
  await tellStory(report, nodes);
}

/** Rejects when the demo is interrupted or takes too long, so that what was started is stopped. */
function interruption(): Promise<never> {
  return new Promise((_resolve, reject) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => reject(new Error(`Ended by ${signal}.`)));
    }
    setTimeout(
      () => reject(new Error(`The story was not over after ${storyTimeoutMs / 1_000} s.`)),
      storyTimeoutMs,
    ).unref();
  });
}

function explain(error: unknown): string {
  if (!(error instanceof StepFailure)) return String(error);
  return `This step is not as it must be: ${error.message}\n${String(error.cause)}`;
}
