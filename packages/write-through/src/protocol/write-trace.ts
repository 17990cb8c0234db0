import type { Clock } from "../clock.ts";
import type { CommitOutcome } from "../primary.ts";
import type { RowName } from "../row-key.ts";

/**
 * What a write waited for. In the order of an attempt that nothing came in the way of:
 *
 * - `settle`: until no process could use a cache of an earlier epoch;
 * - `begin`: a transaction, and in it the lock of its fence;
 * - `fence`: the store took the rows out of service, and told every process; not in a bypass;
 * - `hold`: the epoch, which can not change any more, and the list of processes;
 * - `drain`: the others' word that they keep the rows no more; not in a bypass;
 * - `statements`: what `work` did;
 * - `commit`;
 * - `publish`: the rows as committed were read and stored; not in a bypass.
 *
 * And what else there may be:
 *
 * - `rollback`, `unfence`: the end of an attempt that was not committed;
 * - `evict`: processes that did not answer were taken off the list, and their lease waited for;
 * - `renew`: Postgres was asked anew which epoch it is;
 * - `adopt`: the same, and a store was looked for that can be trusted;
 * - `read`: the store was asked whether it answers;
 * - `bypass`: an epoch without a store was begun.
 */
export type WriteStepName =
  | "settle"
  | "begin"
  | "fence"
  | "hold"
  | "drain"
  | "statements"
  | "commit"
  | "publish"
  | "rollback"
  | "unfence"
  | "evict"
  | "renew"
  | "adopt"
  | "read"
  | "bypass";

/** One step, whether it came to something or failed. */
export interface WriteStep {
  readonly name: WriteStepName;
  /** From the start of the write, in ms with fractions. */
  readonly startMs: number;
  readonly durationMs: number;
}

/** What became of a write, and what it waited for. */
export interface WriteTrace {
  /** The rows it was for, without those who were named twice. */
  readonly rows: readonly RowName[];
  /** `rolled_back`: nothing was changed. `unknown`: Postgres did not answer the commit. */
  readonly outcome: CommitOutcome["kind"];
  /** 1 to 5; 0 when Postgres could not be asked for the epoch. */
  readonly attempts: number;
  /** The other processes that had to acknowledge the fence of the last attempt. */
  readonly processes: number;
  /** One after the other, of all attempts: at most 80. */
  readonly steps: readonly WriteStep[];
  /** From the call to its end, in ms with fractions. */
  readonly totalMs: number;
}

/** Takes traces; must not throw. */
export type WriteListener = (trace: WriteTrace) => void;

/** Notes the steps of one write, if somebody is to be told. */
export class WriteRecord {
  readonly #rows: readonly RowName[];
  readonly #clock: Clock;
  readonly #listener: WriteListener | undefined;
  readonly #startedAtMs: number;
  readonly #steps: WriteStep[] = [];
  #attempts = 0;
  /** How many have to acknowledge. */
  processes = 0;
  /** What the commit came to; without one, nothing can have happened. */
  outcome: CommitOutcome["kind"] = "rolled_back";

  constructor(rows: readonly RowName[], clock: Clock, listener: WriteListener | undefined) {
    this.#rows = rows;
    this.#clock = clock;
    this.#listener = listener;
    this.#startedAtMs = this.#nowMs();
  }

  beginAttempt(): void {
    this.#attempts += 1;
    this.processes = 0;
  }

  /**
   * Runs a step, and notes how long it took, however it ended. The promise is the step's own, so that
   * a write takes the same turns whether somebody is told of it or not.
   */
  step<T>(name: WriteStepName, run: () => Promise<T>): Promise<T> {
    if (this.#listener === undefined) return run();
    const startedAtMs = this.#nowMs();
    const running = run();
    const note = (): void => {
      const startMs = startedAtMs - this.#startedAtMs;
      this.#steps.push({ name, startMs, durationMs: this.#nowMs() - startedAtMs });
    };
    running.then(note, note);
    return running;
  }

  /** Tells of the write. */
  end(): void {
    this.#listener?.({
      rows: this.#rows.map(({ table, id }) => ({ table, id })),
      outcome: this.outcome,
      attempts: this.#attempts,
      processes: this.processes,
      steps: this.#steps,
      totalMs: this.#nowMs() - this.#startedAtMs,
    });
  }

  #nowMs(): number {
    return this.#clock.now().monotonicMs;
  }
}
