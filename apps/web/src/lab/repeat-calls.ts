import type { CallResult } from "./ask-with-token.ts";
import type { Call } from "./call.ts";

// However short an interval is asked for, the page stays alive.
const pauseMinMs = 20;
const retryAfterMaxSeconds = 60;

/** Calls again and again, one call at a time, until the signal. */
export async function repeatCalls({
  ask,
  intervalMs,
  onCall,
  signal,
}: {
  readonly ask: (signal: AbortSignal) => Promise<CallResult>;
  /** From the beginning of a call to that of the next; asked anew each time. */
  readonly intervalMs: () => number;
  readonly onCall: (call: Call) => void;
  readonly signal: AbortSignal;
}): Promise<void> {
  while (!signal.aborted) {
    const beganMs = performance.now();
    const { retryAfterSeconds = 0, ...result } = await ask(signal);
    const endedMs = performance.now();
    if (signal.aborted) return;
    onCall({ beganMs, endedMs, ...result });
    const restMs = beganMs + intervalMs() - endedMs;
    const askedMs = Math.min(retryAfterSeconds, retryAfterMaxSeconds) * 1_000;
    await pause(Math.max(pauseMinMs, restMs, askedMs), signal);
  }
}

/** Resolves after the time, or at once when the signal comes. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}
