import type { Latency, TimelinePoint } from "../results.ts";
import { LatencyHistogram } from "./latency-histogram.ts";
import { Timeline } from "./timeline.ts";

/** What became of one request. Times are `performance.now()`. */
export interface Fate {
  /** Undefined where it was never made. */
  readonly kind: string | undefined;
  /** When it was due, or in a closed loop handed to its connection. */
  readonly dueAtMs: number;
  readonly endedAtMs: number;
  /** Undefined where there is no answer to time. */
  readonly latencyMs: number | undefined;
  /** Undefined: it was answered as it should be. */
  readonly failure: string | undefined;
}

export interface Recorded {
  readonly requests: number;
  /** Answers as they should be that came in the time that counts, whenever they were asked for. */
  readonly goodAnswers: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly latency: Latency;
  readonly latencyByKind: Readonly<Record<string, Latency>>;
  readonly timeline: readonly TimelinePoint[];
}

const mostKinds = 32;
const mostFailureWords = 50;
const longestWord = 60;

/** Keeps what counts: what was due from one moment until another. */
export class Recorder {
  readonly #fromMs: number;
  readonly #untilMs: number;
  readonly #timeline: Timeline;
  readonly #byKind = new Map<string, LatencyHistogram>();
  readonly #unmade = new LatencyHistogram();
  readonly #failures = new Map<string, number>();
  #requests = 0;
  #goodAnswers = 0;
  #failed = 0;

  constructor(fromMs: number, untilMs: number, mostLateMs: number) {
    this.#fromMs = fromMs;
    this.#untilMs = untilMs;
    this.#timeline = new Timeline((untilMs - fromMs) / 1000, mostLateMs / 1000);
  }

  get requests(): number {
    return this.#requests;
  }

  get failed(): number {
    return this.#failed;
  }

  isCounted(atMs: number): boolean {
    return atMs >= this.#fromMs && atMs < this.#untilMs;
  }

  add({ kind, dueAtMs, endedAtMs, latencyMs, failure }: Fate): void {
    if (failure === undefined && this.isCounted(endedAtMs)) this.#goodAnswers += 1;
    if (!this.isCounted(dueAtMs)) return;
    this.#requests += 1;
    if (failure !== undefined) this.#addFailure(failure);
    if (latencyMs !== undefined) this.#histogramOf(kind).add(latencyMs);
    this.#timeline.add((dueAtMs - this.#fromMs) / 1000, latencyMs, failure !== undefined);
  }

  /** @param seconds how long it really was. */
  finish(seconds: number): Recorded {
    const all = new LatencyHistogram();
    all.addAll(this.#unmade);
    for (const histogram of this.#byKind.values()) all.addAll(histogram);
    const hasKinds = this.#byKind.size > 1;
    return {
      requests: this.#requests,
      goodAnswers: this.#goodAnswers,
      failures: Object.fromEntries(this.#failures),
      latency: all.toLatency(),
      latencyByKind: hasKinds
        ? Object.fromEntries(Array.from(this.#byKind, ([kind, one]) => [kind, one.toLatency()]))
        : {},
      timeline: this.#timeline.finish(seconds),
    };
  }

  #addFailure(failure: string): void {
    this.#failed += 1;
    const word = failure.slice(0, longestWord);
    const isNew = !this.#failures.has(word);
    const key = isNew && this.#failures.size >= mostFailureWords ? "other" : word;
    this.#failures.set(key, (this.#failures.get(key) ?? 0) + 1);
  }

  #histogramOf(kind: string | undefined): LatencyHistogram {
    if (kind === undefined) return this.#unmade;
    const name = this.#byKind.has(kind) || this.#byKind.size < mostKinds ? kind : "other";
    const histogram = this.#byKind.get(name) ?? new LatencyHistogram();
    this.#byKind.set(name, histogram);
    return histogram;
  }
}
