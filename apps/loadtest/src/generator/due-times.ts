/** Moments at which requests were due that wait to be sent, the oldest first: a ring of fixed size. */
export class DueTimes {
  readonly #times: Float64Array;
  #first = 0;
  #count = 0;

  constructor(capacity: number) {
    this.#times = new Float64Array(capacity);
  }

  get count(): number {
    return this.#count;
  }

  get oldest(): number | undefined {
    return this.#count === 0 ? undefined : this.#times[this.#first];
  }

  /** False: there is no room. */
  add(dueAtMs: number): boolean {
    if (this.#count === this.#times.length) return false;
    this.#times[(this.#first + this.#count) % this.#times.length] = dueAtMs;
    this.#count += 1;
    return true;
  }

  removeOldest(): void {
    if (this.#count === 0) return;
    this.#first = (this.#first + 1) % this.#times.length;
    this.#count -= 1;
  }
}
