import { setInterval } from "node:timers/promises";
import type { LabBeat } from "../contract.ts";

const beatMs = 1000;

/** A sign of life at once and each second, until the signal. */
export async function* liveBeats(
  node: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<LabBeat, void> {
  let sequence = 0;
  yield { node, sequence };
  try {
    for await (const _ of setInterval(beatMs, undefined, signal && { signal })) {
      sequence += 1;
      yield { node, sequence };
    }
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  }
}
