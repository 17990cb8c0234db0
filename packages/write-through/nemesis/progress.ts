import { clockTime } from "./in-words.ts";
import type { NemesisProgress } from "./run-nemesis.ts";

/** Tells a person what a run is doing, in little space. */
export interface ProgressTeller {
  phase(words: string): void;
  progress(state: NemesisProgress): void;
}

const lineEveryMs = 10_000;
const eraseLine = "\r\u001B[K";

/** On a terminal one line that is drawn again and again, elsewhere a line every ten seconds. */
export function createProgressTeller(stream: NodeJS.WriteStream): ProgressTeller {
  let nextLineMs = 0;
  return {
    phase(words) {
      stream.write(stream.isTTY ? `${eraseLine}${words}\n` : `${words}\n`);
    },
    progress(state) {
      if (stream.isTTY) {
        stream.write(`${eraseLine}${progressInWords(state).slice(0, stream.columns - 1)}`);
      } else if (state.passedMs >= nextLineMs) {
        nextLineMs = state.passedMs + lineEveryMs;
        stream.write(`${progressInWords(state)}\n`);
      }
    },
  };
}

function progressInWords({
  passedMs,
  totalMs,
  reads,
  writes,
  activeFaults,
}: NemesisProgress): string {
  const faults = activeFaults.length === 0 ? "quiet" : activeFaults.join(" + ");
  const served = `${reads.toLocaleString("en")} reads, ${writes.toLocaleString("en")} writes`;
  return `${clockTime(passedMs)} of ${clockTime(totalMs)}  ${served}  ${faults}`;
}
