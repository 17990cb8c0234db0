// The thread of a metronome: waits, and says when it is time.
import { parentPort, workerData } from "node:worker_threads";
import { sharedCells, sharedNowMs, type Beats } from "./metronome.ts";

const cells = workerData as Int32Array;

parentPort?.once("message", ({ startMs, periodMs }: Beats) => {
  for (let beat = 0; !isStopped();) {
    const nowMs = sharedNowMs();
    const waitMs = startMs + beat * periodMs - nowMs;
    if (waitMs > 0) Atomics.wait(cells, sharedCells.isStopped, 0, waitMs);
    else {
      tell();
      // Beats that are missed are not made up for.
      beat = Math.floor((nowMs - startMs) / periodMs) + 1;
    }
  }
});

function isStopped(): boolean {
  return Atomics.load(cells, sharedCells.isStopped) === 1;
}

/** Once, for as long as it has not been seen: who is busy finds one beat, not all of them. */
function tell(): void {
  if (Atomics.exchange(cells, sharedCells.isBeatUnseen, 1) === 0) parentPort?.postMessage(null);
}
