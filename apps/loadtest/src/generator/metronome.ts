import { once } from "node:events";
import { Worker } from "node:worker_threads";

/**
 * Calls back at fixed moments, to a small part of a millisecond. Node's own timers keep to whole ones,
 * which is more than the quick half of all answers takes. A thread of its own waits instead.
 */
export interface Metronome {
  /** To be called once. @param startMs `performance.now()` of the first beat. */
  readonly start: (startMs: number, periodMs: number, onBeat: () => void) => void;
  readonly stop: () => Promise<void>;
}

/** What the thread of a metronome is told: moments as of `process.hrtime`, which all threads share. */
export interface Beats {
  readonly startMs: number;
  readonly periodMs: number;
}

/** Numbers that both threads see. */
export const sharedCells = { isStopped: 0, isBeatUnseen: 1, count: 2 } as const;

export async function openMetronome(): Promise<Metronome> {
  const cells = new Int32Array(
    new SharedArrayBuffer(sharedCells.count * Int32Array.BYTES_PER_ELEMENT),
  );
  const thread = new Worker(new URL("metronome-thread.ts", import.meta.url), {
    workerData: cells,
    execArgv: [],
  });
  await once(thread, "online");
  return {
    start(startMs, periodMs, onBeat) {
      thread.on("message", () => {
        Atomics.store(cells, sharedCells.isBeatUnseen, 0);
        onBeat();
      });
      const beats: Beats = { startMs: sharedNowMs() + startMs - performance.now(), periodMs };
      thread.postMessage(beats);
    },
    async stop() {
      Atomics.store(cells, sharedCells.isStopped, 1);
      Atomics.notify(cells, sharedCells.isStopped);
      await thread.terminate();
    },
  };
}

export function sharedNowMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}
