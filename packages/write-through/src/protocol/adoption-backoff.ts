/**
 * Spaces out adoptions: a store that can be reached from only some processes, or that answers and
 * then does not, would otherwise change the epoch, and empty every cache, many times a second.
 */
export class AdoptionBackoff {
  readonly #leaseMs: number;
  #tries = 0;
  #triedAtMs = -Infinity;
  #waitMs = 0;

  constructor(leaseMs: number) {
    this.#leaseMs = leaseMs;
  }

  mayTry(nowMs: number): boolean {
    return nowMs >= this.#triedAtMs + this.#waitMs;
  }

  /**
   * After the first try there is no wait, after the second an eighth of a lease, then twice as long
   * each time up to eight leases. Quiet for twice the longest wait, it starts anew.
   *
   * @param jitter from 0 to 1: a wait is cut by up to a half, so that processes do not keep step.
   */
  tried(nowMs: number, jitter: number): void {
    const longestMs = this.#leaseMs * 8;
    const isQuiet = nowMs - this.#triedAtMs > 2 * longestMs;
    this.#tries = isQuiet ? 1 : this.#tries + 1;
    const doublings = Math.min(this.#tries - 2, 6);
    const fullWaitMs = this.#tries === 1 ? 0 : (this.#leaseMs / 8) * 2 ** doublings;
    this.#waitMs = fullWaitMs * (0.5 + jitter / 2);
    this.#triedAtMs = nowMs;
  }
}
