import type { Clock } from "../src/clock.ts";
import type { Chance } from "./chance.ts";
import type { Scheduled, Scheduler } from "./scheduler.ts";

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

/** How a network treats messages though nothing is cut. */
export interface Weather {
  readonly lossProbability: number;
  readonly slowProbability: number;
  /** The longest that a message takes which is not slow. */
  readonly usualMs: number;
  readonly slowestMs: number;
}

/** The clocks of two machines differ by at most twice this share; a lease allows for 1 %. */
const drift = 0.0045;

/** A process of the service: its clocks, its links, and whether it runs at all. */
export class SimProcess {
  readonly name: string;
  readonly #scheduler: Scheduler;
  readonly #chance: Chance;
  readonly #cutUntilMs: Record<Peer, number> = { postgres: 0, redis: 0 };
  readonly #rate: number;
  readonly #weather: Weather;
  readonly #killListeners: (() => void)[] = [];
  readonly #cutListeners: ((peer: Peer) => void)[] = [];
  #monotonicOffsetMs: number;
  #wallOffsetMs: number;
  #pausedUntilMs = 0;
  #callsToLive = Infinity;
  #isKilled = false;
  #wrongClock: "monotonic" | "wall" | undefined;

  constructor(name: string, scheduler: Scheduler, chance: Chance, weather: Weather) {
    this.name = name;
    this.#weather = weather;
    this.#scheduler = scheduler;
    this.#chance = chance;
    this.#rate = chance.between(1 - drift, 1 + drift);
    this.#monotonicOffsetMs = chance.between(0, 1_000_000);
    this.#wallOffsetMs = chance.between(-5000, 5000);
  }

  get isKilled(): boolean {
    return this.#isKilled;
  }

  readonly clock: Clock = {
    now: () => ({
      monotonicMs: this.#scheduler.nowMs * this.#rate + this.#monotonicOffsetMs,
      wallMs: this.#scheduler.nowMs * this.#rate + this.#wallOffsetMs,
    }),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) {
          resolve();
          return;
        }
        const timer = this.wake(ms / this.#rate, resolve);
        signal?.addEventListener(
          "abort",
          () => {
            timer.cancel();
            resolve();
          },
          { once: true },
        );
      }),
  };

  kill(): void {
    this.#isKilled = true;
    for (const listener of this.#killListeners) listener();
  }

  /** Kills it as it sends its nth question from now, so that every step of a write has its turn. */
  killAtCall(count: number): void {
    this.#callsToLive = count;
  }

  whenKilled(listener: () => void): void {
    if (this.#isKilled) listener();
    else this.#killListeners.push(listener);
  }

  pause(ms: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.#scheduler.nowMs + ms);
  }

  /** A suspended machine's monotonic clock stands still. */
  suspend(ms: number): void {
    this.pause(ms);
    if (this.#keepsWrong("monotonic")) this.#monotonicOffsetMs -= ms;
  }

  stepWallClock(ms: number): void {
    if (this.#keepsWrong("wall")) this.#wallOffsetMs += ms;
  }

  /** A lease is over when either clock says so: of one process, only one of them is ever wrong. */
  #keepsWrong(clock: "monotonic" | "wall"): boolean {
    this.#wrongClock ??= clock;
    return this.#wrongClock === clock;
  }

  cutOff(peer: Peer, ms: number): void {
    this.#cutUntilMs[peer] = this.#scheduler.nowMs + ms;
    for (const listener of this.#cutListeners) listener(peer);
  }

  whenCutOff(listener: (peer: Peer) => void): void {
    this.#cutListeners.push(listener);
  }

  isCutOff(peer: Peer): boolean {
    return this.#cutUntilMs[peer] > this.#scheduler.nowMs;
  }

  /** Runs something in this process after so long, or when it goes on; never once it is killed. */
  wake(ms: number, run: () => void): Scheduled {
    let isCancelled = false;
    let inner = this.#scheduler.after(ms, () => {
      if (this.#isKilled || isCancelled) return;
      const restMs = this.#pausedUntilMs - this.#scheduler.nowMs;
      if (restMs > 0) inner = this.wake(restMs, run);
      else run();
    });
    return {
      cancel() {
        isCancelled = true;
        inner.cancel();
      },
    };
  }

  /** A message of a server, on its way to this process; it may be lost. */
  receive(peer: Peer, run: () => void): void {
    if (!this.#isLost(peer)) this.wake(this.#latencyMs(), run);
  }

  /** Asks a server. What is sent arrives or not whatever becomes of the process meanwhile. */
  call<T>({ peer, timeoutMs, late, execute }: Call<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = this.wake(timeoutMs, () => reject(late()));
      const answer = (deliver: () => void): void =>
        this.receive(peer, () => {
          timer.cancel();
          deliver();
        });
      if (!this.#isLost(peer)) {
        this.#scheduler.after(this.#latencyMs(), () =>
          execute({
            value: (value) => answer(() => resolve(value)),
            error: (error) => answer(() => reject(error)),
          }),
        );
      }
      this.#callsToLive -= 1;
      if (this.#callsToLive === 0) this.kill();
    });
  }

  #isLost(peer: Peer): boolean {
    return this.isCutOff(peer) || this.#chance.happens(this.#weather.lossProbability);
  }

  /** Mostly quick, now and then slow enough to come after everything else. */
  #latencyMs(): number {
    const { slowProbability, usualMs, slowestMs } = this.#weather;
    const isSlow = this.#chance.happens(slowProbability);
    return isSlow
      ? this.#chance.between(5, slowestMs)
      : this.#chance.between(usualMs / 30, usualMs);
  }
}
