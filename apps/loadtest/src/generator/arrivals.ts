const roundingError = 1e-6;

/** When the requests of an open loop are due: the k-th, from 0, at `startMs + k / rate`. */
export class Arrivals {
  readonly startMs: number;
  readonly intervalMs: number;
  readonly #perMs: number;
  readonly #total: number;
  #next = 0;

  constructor(startMs: number, seconds: number, requestsPerSecond: number) {
    this.startMs = startMs;
    this.intervalMs = 1000 / requestsPerSecond;
    this.#perMs = requestsPerSecond / 1000;
    // What is due at the end is not due any more, although a product of fractions may say so.
    this.#total = Math.ceil(seconds * requestsPerSecond - roundingError);
  }

  /** When the next one is due; undefined when there are no more. */
  get nextDueAtMs(): number | undefined {
    return this.#next < this.#total ? this.startMs + this.#next / this.#perMs : undefined;
  }

  /** Takes the next one, if it is due by now, and gives the moment at which it was. */
  takeDue(nowMs: number): number | undefined {
    const dueAtMs = this.nextDueAtMs;
    if (dueAtMs === undefined || dueAtMs > nowMs) return undefined;
    this.#next += 1;
    return dueAtMs;
  }
}
