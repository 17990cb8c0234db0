import { randomBytes, randomInt, randomUUID } from "node:crypto";
import type { Clock } from "./clock.ts";
import type { Entropy } from "./entropy.ts";

/** The clocks of this process. */
export const systemClock: Clock = {
  now: () => ({ monotonicMs: performance.now(), wallMs: Date.now() }),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const end = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, ms).unref();
      signal?.addEventListener("abort", end);
    }),
};

/** The random numbers of this machine. */
export const systemEntropy: Entropy = {
  token: () => randomUUID(),
  fence: () => (randomBytes(8).readBigUInt64BE() >> 1n).toString(),
  fraction: () => randomInt(2 ** 32) / 2 ** 32,
};
