import { jittered } from "./jitter.ts";

const firstDelayMs = 1_000;
const longestDelayMs = 60_000;

/** Attempts that wait ever longer, from 1 s to 60 s, each cut by up to half so that clients do not come at once. */
export interface BackOff {
  /** Sets the next attempt, unless one is set. */
  schedule(): void;
  /** Begins again at the shortest delay. */
  reset(): void;
  close(): void;
}

/** @param attempt runs after each delay, and at once when the browser says that it is online again. */
export function createBackOff(attempt: () => void): BackOff {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let attempts = 0;
  let isClosed = false;

  function run(): void {
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = undefined;
    attempt();
  }

  const events = globalThis as Partial<
    Pick<EventTarget, "addEventListener" | "removeEventListener">
  >;
  events.addEventListener?.("online", run);
  const backOff: BackOff = {
    schedule() {
      if (isClosed || timer !== undefined) return;
      const delayMs = Math.min(firstDelayMs * 2 ** attempts++, longestDelayMs);
      timer = setTimeout(run, jittered(delayMs));
      // Node only: an attempt to come does not keep the process alive.
      (timer as { unref?: () => void }).unref?.();
    },
    reset() {
      attempts = 0;
      clearTimeout(timer);
      timer = undefined;
    },
    close() {
      isClosed = true;
      backOff.reset();
      events.removeEventListener?.("online", run);
    },
  };
  return backOff;
}
