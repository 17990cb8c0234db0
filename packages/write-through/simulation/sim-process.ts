import type { Clock } from "../src/clock.ts";
import type { Chance } from "./chance.ts";
import type { Scheduler } from "./scheduler.ts";

/** A server, from where a process stands. */
export type Peer = "postgres" | "redis";

/** One question to a server. */
export interface Call<T> {
  readonly peer: Peer;
  readonly timeoutMs: number;
  readonly late: () => Error;
  /** Runs at the server, when the question arrives; `reply` may be called then or later, once. */
  readonly execute: (reply: Reply<T>) => void;
}

export interface Reply<T> {
  value(value: T): void;
  error(error: Error): void;
}

/** A process of the service: its clocks, its links, and whether it runs at all. */
export class SimProcess {
  readonly name: string;
  readonly #scheduler: Scheduler;
  readonly #chance: Chance;
  readonly #cutUntilMs: Record<Peer, number> = { postgres: 0, redis: 0 };
  #monotonicOffsetMs: number;
  #wallOffsetMs: number;
  readonly #killListeners: (() => void)[] = [];
  #pausedUntilMs = 0;
  #isKilled = false;

  constructor(name: string, scheduler: Scheduler, chance: Chance) {
    this.name = name;
    this.#scheduler = scheduler;
    this.#chance = chance;
    this.#monotonicOffsetMs = chance.between(0, 1_000_000);
    this.#wallOffsetMs = chance.between(-5000, 5000);
  }

  get isKilled(): boolean {
    return this.#isKilled;
  }

  readonly clock: Clock = {
    now: () => ({
      monotonicMs: this.#scheduler.nowMs + this.#monotonicOffsetMs,
      wallMs: this.#scheduler.nowMs + this.#wallOffsetMs,
    }),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        signal?.addEventListener("abort", () => resolve(), { once: true });
        this.wake(ms, resolve);
      }),
  };

  kill(): void {
    this.#isKilled = true;
    for (const listener of this.#killListeners) listener();
  }

  whenKilled(listener: () => void): void {
    this.#killListeners.push(listener);
  }

  /** Stops it for so long. A suspended machine's monotonic clock stands still meanwhile. */
  pause(ms: number, isSuspended: boolean): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.#scheduler.nowMs + ms);
    if (isSuspended) this.#monotonicOffsetMs -= ms;
  }

  stepWallClock(ms: number): void {
    this.#wallOffsetMs += ms;
  }

  cutOff(peer: Peer, ms: number): void {
    this.#cutUntilMs[peer] = this.#scheduler.nowMs + ms;
  }

  /** Runs something in this process after so long, or when it goes on; never once it is killed. */
  wake(ms: number, run: () => void): void {
    this.#scheduler.after(ms, () => {
      if (this.#isKilled) return;
      const restMs = this.#pausedUntilMs - this.#scheduler.nowMs;
      if (restMs > 0) this.wake(restMs, run);
      else run();
    });
  }

  /** Asks a server. What is sent arrives or not whatever becomes of the process meanwhile. */
  call<T>({ peer, timeoutMs, late, execute }: Call<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.wake(timeoutMs, () => reject(late()));
      const isLost = (): boolean =>
        this.#cutUntilMs[peer] > this.#scheduler.nowMs || this.#chance.happens(0.01);
      const answer = (deliver: () => void): void => {
        if (!isLost()) this.wake(this.#latencyMs(), deliver);
      };
      if (isLost()) return;
      this.#scheduler.after(this.#latencyMs(), () =>
        execute({
          value: (value) => answer(() => resolve(value)),
          error: (error) => answer(() => reject(error)),
        }),
      );
    });
  }

  /** Mostly quick, now and then slow enough to come after everything else. */
  #latencyMs(): number {
    return this.#chance.happens(0.05) ? this.#chance.between(5, 250) : this.#chance.between(0.1, 3);
  }
}
