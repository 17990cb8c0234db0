import type { Clock, Instant } from "../src/clock.ts";

interface Sleeper {
  readonly untilMs: number;
  readonly wake: () => void;
}

/** A clock that moves only when it is told to. */
export class ManualClock implements Clock {
  #nowMs = 0;
  #sleepers: Sleeper[] = [];

  now(): Instant {
    return { monotonicMs: this.#nowMs, wallMs: this.#nowMs };
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await new Promise<void>((wake) => {
      this.#sleepers.push({ untilMs: this.#nowMs + ms, wake });
      signal?.addEventListener("abort", () => wake(), { once: true });
    });
  }

  /** Lets time pass, and then all that was waiting for it. */
  async advance(ms: number): Promise<void> {
    this.#nowMs += ms;
    const due = this.#sleepers.filter(({ untilMs }) => untilMs <= this.#nowMs);
    this.#sleepers = this.#sleepers.filter((sleeper) => !due.includes(sleeper));
    for (const { wake } of due) wake();
    await settle();
  }
}

/** Lets everything run that waits for no clock and no server. */
export async function settle(): Promise<void> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
}
