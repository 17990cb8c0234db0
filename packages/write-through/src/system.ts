import { randomBytes, randomInt, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "./clock.ts";
import type { Entropy } from "./entropy.ts";

/** The clocks of this process. */
export const systemClock: Clock = {
  now: () => ({ monotonicMs: performance.now(), wallMs: Date.now() }),
  async sleep(ms, signal) {
    try {
      await sleep(ms, undefined, { ref: false, ...(signal && { signal }) });
    } catch (error) {
      if (signal?.aborted !== true) throw error;
    }
  },
};

/** The random numbers of this machine. */
export const systemEntropy: Entropy = {
  token: () => randomUUID(),
  fence: () => (randomBytes(8).readBigUInt64BE() >> 1n).toString(),
  fraction: () => randomInt(2 ** 32) / 2 ** 32,
};
