// Plays batches of seeds in a thread of its own.
import { parentPort } from "node:worker_threads";
import { mutations } from "./mutations.ts";
import type { Batch, BatchOutcome, FailedSeed } from "./pool.ts";
import { runSeed } from "./run-seed.ts";

async function play({ first, count, story, rule }: Batch): Promise<BatchOutcome> {
  const mutation = mutations.find((known) => known.rule === rule);
  const failures: FailedSeed[] = [];
  let operations = 0;
  for (let seed = first; seed < first + count; seed += 1) {
    const { violations, faults, ...outcome } = await runSeed(seed, mutation, story);
    operations += outcome.operations;
    if (violations.length > 0) failures.push({ seed, story, violations, faults });
  }
  return { seeds: count, operations, failures };
}

parentPort?.on("message", (batch: Batch) => {
  void play(batch).then((outcome) => parentPort?.postMessage(outcome));
});
