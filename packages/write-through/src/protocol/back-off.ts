interface BackOffOptions {
  /** How many tries in a row have no wait after them. */
  readonly freeTries: number;
  /** The wait after the next one; each later one is twice as long as the one before. */
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
}

/** Spaces out what others pay for, when it comes again and again. */
export class BackOff {
  readonly #options: BackOffOptions;
  #tries = 0;
  #triedAtMs = -Infinity;
  #waitMs = 0;

  constructor(options: BackOffOptions) {
    this.#options = options;
  }

  mayTry(nowMs: number): boolean {
    return nowMs >= this.#triedAtMs + this.#waitMs;
  }

  /**
   * After a try. Quiet for twice the longest wait, it starts anew.
   *
   * @param jitter from 0 to 1: a wait is cut by up to a half, so that processes do not keep step.
   */
  tried(nowMs: number, jitter: number): void {
    const { freeTries, firstWaitMs, longestWaitMs } = this.#options;
    const isQuiet = nowMs - this.#triedAtMs > 2 * longestWaitMs;
    this.#tries = isQuiet ? 1 : this.#tries + 1;
    const doublings = this.#tries - freeTries - 1;
    const fullWaitMs = doublings < 0 ? 0 : Math.min(firstWaitMs * 2 ** doublings, longestWaitMs);
    this.#waitMs = fullWaitMs * (0.5 + jitter / 2);
    this.#triedAtMs = nowMs;
  }
}

/**
 * For adoptions: a store that can be reached from only some processes, or that answers and then does
 * not, would otherwise change the epoch, and empty every cache, many times a second.
 */
export function adoptionBackOff(leaseMs: number): BackOff {
  return new BackOff({ freeTries: 1, firstWaitMs: leaseMs / 8, longestWaitMs: leaseMs * 8 });
}

/**
 * For joining after an eviction: a process that lives and yet answers no writer would otherwise be
 * back in the list before the next attempt of the write it has held up, and defeat them all.
 */
export function rejoiningBackOff(leaseMs: number): BackOff {
  return new BackOff({ freeTries: 0, firstWaitMs: leaseMs, longestWaitMs: leaseMs * 8 });
}
