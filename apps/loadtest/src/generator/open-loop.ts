import type { Arrivals } from "./arrivals.ts";
import type { Connection } from "./connection.ts";
import { DueTimes } from "./due-times.ts";
import type { Limits } from "./limits.ts";
import type { Metronome } from "./metronome.ts";
import type { LoadLoop, LoadLoopWatcher } from "./load-loop.ts";

export interface OpenLoopWatcher extends LoadLoopWatcher {
  /** A request was due, and seen to be so this much later. */
  readonly due: (dueAtMs: number, lateMs: number) => void;
}

/** Each beat wakes the process: more would keep it busy with nothing else. */
const leastPeriodMs = 0.5;

/**
 * Sends requests at a fixed rate, whatever becomes of them: one that finds no free connection waits, and
 * one that finds too many waiting is dropped.
 */
export function startOpenLoop(
  arrivals: Arrivals,
  metronome: Metronome,
  { mostWaiting, requestTimeoutMs }: Limits,
  { send, unsent, due }: OpenLoopWatcher,
): LoadLoop {
  const waiting = new DueTimes(mostWaiting);
  // The one that has been free for longest is next: all are used, and so all targets.
  const free: Connection[] = [];

  function takeDue(nowMs: number): void {
    for (;;) {
      const dueAtMs = arrivals.takeDue(nowMs);
      if (dueAtMs === undefined) return;
      due(dueAtMs, nowMs - dueAtMs);
      if (!waiting.add(dueAtMs)) unsent(dueAtMs, "dropped");
    }
  }

  function sendDue(nowMs: number): void {
    takeDue(nowMs);
    while (free.length > 0) {
      const dueAtMs = waiting.oldest;
      if (dueAtMs === undefined) return;
      waiting.removeOldest();
      send(free.shift() as Connection, dueAtMs);
    }
  }

  metronome.start(arrivals.startMs, periodFor(arrivals.intervalMs), () =>
    sendDue(performance.now()),
  );
  return {
    free(connection) {
      free.push(connection);
      sendDue(performance.now());
    },
    giveUpLate(nowMs) {
      for (;;) {
        const dueAtMs = waiting.oldest;
        if (dueAtMs === undefined || nowMs - dueAtMs < requestTimeoutMs) return;
        waiting.removeOldest();
        unsent(dueAtMs, "timeout");
      }
    },
    isDone: () => waiting.count === 0 && arrivals.nextDueAtMs === undefined,
  };
}

/** As many intervals as a beat must have. Answers that come between beats send what is due too. */
function periodFor(intervalMs: number): number {
  return Math.ceil(leastPeriodMs / intervalMs) * intervalMs;
}
