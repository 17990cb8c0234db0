/** Each bucket ends this much above where it began, so a quantile is off by at most that. */
const growth = 1.05;
const leastMs = 0.001;

/** How often an operation took how long, in a fixed amount of memory. */
export class LatencyHistogram {
  readonly #counts: number[] = [];
  #count = 0;
  #longestMs = 0;

  get count(): number {
    return this.#count;
  }

  get longestMs(): number {
    return this.#longestMs;
  }

  add(ms: number): void {
    const bucket = Math.max(
      0,
      Math.ceil(Math.log(Math.max(ms, leastMs) / leastMs) / Math.log(growth)),
    );
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#count += 1;
    this.#longestMs = Math.max(this.#longestMs, ms);
  }

  /** @param share from 0 to 1. Undefined when nothing was added. */
  quantileMs(share: number): number | undefined {
    let left = share * this.#count;
    for (const [bucket, count] of this.#counts.entries()) {
      left -= count ?? 0;
      if (left <= 0 && count !== undefined) {
        return Math.min(this.#longestMs, leastMs * growth ** bucket);
      }
    }
    return undefined;
  }
}
