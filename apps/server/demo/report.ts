import { styleText } from "node:util";

const lineWidth = 74;

/** Thrown when a step did not come out as it must; the report has said so already. */
export class StepFailure extends Error {
  override readonly name = "StepFailure";
}

/** Tells a person what happens, a line a step, with the time that it took. */
export interface Report {
  readonly chapter: (title: string) => void;
  /**
   * Runs a step and tells how it went.
   *
   * @throws StepFailure when `work` throws.
   */
  readonly step: <T>(what: string, work: () => Promise<T>) => Promise<T>;
  readonly line: (text: string) => void;
}

export function createReport(): Report {
  const line = (text: string): void => void process.stdout.write(`${text}\n`);
  return {
    line,
    chapter: (title) => line(`\n${styleText("bold", title)}`),
    async step(what, work) {
      const startedMs = performance.now();
      try {
        const result = await work();
        const time = duration(performance.now() - startedMs);
        line(`  ${styleText("green", "✓")} ${what.padEnd(lineWidth)} ${styleText("dim", time)}`);
        return result;
      } catch (error) {
        line(`  ${styleText("red", "✗")} ${what}`);
        throw new StepFailure(what, { cause: error });
      }
    },
  };
}

export function duration(ms: number): string {
  return (ms < 1_000 ? `${ms.toFixed(0)} ms` : `${(ms / 1_000).toFixed(1)} s`).padStart(7);
}
