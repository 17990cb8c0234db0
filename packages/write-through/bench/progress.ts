import type { BenchWatcher } from "./run-bench.ts";

const eraseLine = "\r\u001B[K";

/** Tells a person what a run is doing; the rounds only on a terminal, in one line. */
export function createProgressTeller(stream: NodeJS.WriteStream): BenchWatcher {
  let current = "";
  return {
    phase(words) {
      current = words;
      stream.write(stream.isTTY ? `${eraseLine}${words}\n` : `${words}\n`);
    },
    progress(done, total) {
      if (!stream.isTTY) return;
      stream.write(`${eraseLine}${current}: ${done} of ${total} rounds`);
      if (done === total) stream.write(eraseLine);
    },
  };
}
