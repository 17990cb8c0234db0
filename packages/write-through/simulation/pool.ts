import { once } from "node:events";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Violation } from "./history.ts";
import type { StoryName } from "./stories.ts";

/** Seeds that follow each other, all of one story. */
export interface Batch {
  readonly first: number;
  readonly count: number;
  readonly story: StoryName;
  /** The rule of the protocol that is left out. */
  readonly rule?: string | undefined;
}

export interface FailedSeed {
  readonly seed: number;
  readonly story: StoryName;
  readonly violations: readonly Violation[];
  readonly faults: readonly string[];
}

export interface BatchOutcome {
  readonly seeds: number;
  readonly operations: number;
  readonly failures: readonly FailedSeed[];
}

interface SimulateOptions {
  readonly batches: readonly Batch[];
  /** Told the sum so far, after each part. */
  readonly onProgress?: (sum: BatchOutcome) => void;
  /** Is it enough? Asked after each part; what is under way is still awaited. */
  readonly isEnough?: (sum: BatchOutcome) => boolean;
}

/** Seeds that a thread plays before it reports. */
const partSize = 25;
const maxThreads = 16;

/** Threads that play seeds: one for each core of the machine, which go on to the next call. */
export interface Pool extends AsyncDisposable {
  /** Plays batches. One call at a time. */
  readonly simulate: (options: SimulateOptions) => Promise<BatchOutcome>;
}

export function openPool(): Pool {
  const workers: Worker[] = [];

  function workerAt(index: number): Worker {
    return (workers[index] ??= new Worker(join(import.meta.dirname, "worker.ts"), {
      execArgv: ["--conditions=@portcullis/source"],
    }));
  }

  async function simulate({
    batches,
    onProgress,
    isEnough,
  }: SimulateOptions): Promise<BatchOutcome> {
    const parts = batches.flatMap(splitUp);
    let sum: BatchOutcome = { seeds: 0, operations: 0, failures: [] };

    async function playOn(worker: Worker): Promise<void> {
      for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
        worker.postMessage(part);
        const [outcome] = (await once(worker, "message")) as [BatchOutcome];
        sum = added(sum, outcome);
        onProgress?.(sum);
        if (isEnough?.(sum) === true) return;
      }
    }

    const threads = Math.min(availableParallelism(), maxThreads, parts.length);
    await Promise.all(Array.from({ length: threads }, (_, index) => playOn(workerAt(index))));
    return sum;
  }

  return {
    simulate,
    async [Symbol.asyncDispose]() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

function splitUp(batch: Batch): Batch[] {
  const parts: Batch[] = [];
  for (let done = 0; done < batch.count; done += partSize) {
    const count = Math.min(partSize, batch.count - done);
    parts.push({ ...batch, first: batch.first + done, count });
  }
  return parts;
}

function added(sum: BatchOutcome, part: BatchOutcome): BatchOutcome {
  return {
    seeds: sum.seeds + part.seeds,
    operations: sum.operations + part.operations,
    failures: [...sum.failures, ...part.failures],
  };
}
