import type { Connection } from "./connection.ts";

/** Decides when a request is sent. Times are `performance.now()`. */
export interface LoadLoop {
  /** This connection has nothing to do. */
  readonly free: (connection: Connection) => void;
  /** Gives up what has waited to be sent for too long. */
  readonly giveUpLate: (nowMs: number) => void;
  /** Whether all that was to be sent is. */
  readonly isDone: () => boolean;
}

export interface LoadLoopWatcher {
  readonly send: (connection: Connection, dueAtMs: number) => void;
  /** A request was not sent at all. */
  readonly unsent: (dueAtMs: number, word: string) => void;
}
