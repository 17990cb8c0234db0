import type { TimelinePoint } from "../results.ts";
import { LatencyHistogram } from "./latency-histogram.ts";

const mostPoints = 3600;

interface OpenPoint {
  requests: number;
  failed: number;
  readonly latency: LatencyHistogram;
}

/**
 * What became of the requests of each second. A run longer than an hour has longer points: each tells a
 * second of it, on the average.
 */
export class Timeline {
  readonly #pointSeconds: number;
  readonly #openForPoints: number;
  readonly #points: TimelinePoint[] = [];
  readonly #open = new Map<number, OpenPoint>();
  readonly #spare: LatencyHistogram[] = [];

  /** @param openForSeconds so much later it may still be known what became of a request. */
  constructor(seconds: number, openForSeconds: number) {
    this.#pointSeconds = Math.max(1, Math.ceil(seconds / mostPoints));
    this.#openForPoints = Math.ceil(openForSeconds / this.#pointSeconds);
  }

  /** @param latencyMs undefined when there was no answer to time. */
  add(atSeconds: number, latencyMs: number | undefined, isFailed: boolean): void {
    const index = Math.floor(atSeconds / this.#pointSeconds);
    // What is this late has the company of others that are: better in a wrong second than lost.
    const point = this.#openPoint(Math.max(index, this.#points.length));
    point.requests += 1;
    if (isFailed) point.failed += 1;
    if (latencyMs !== undefined) point.latency.add(latencyMs);
  }

  /** @param untilSeconds where the run ended: there is a point for each second before. */
  finish(untilSeconds: number): readonly TimelinePoint[] {
    this.#closeBefore(Math.ceil(untilSeconds / this.#pointSeconds));
    return this.#points;
  }

  #openPoint(index: number): OpenPoint {
    const found = this.#open.get(index);
    if (found !== undefined) return found;
    this.#closeBefore(index - this.#openForPoints);
    const latency = this.#spare.pop() ?? new LatencyHistogram();
    const point = { requests: 0, failed: 0, latency };
    this.#open.set(index, point);
    return point;
  }

  #closeBefore(end: number): void {
    while (this.#points.length < end) {
      const index = this.#points.length;
      const point = this.#open.get(index);
      this.#open.delete(index);
      this.#points.push({
        atSeconds: index * this.#pointSeconds,
        requests: (point?.requests ?? 0) / this.#pointSeconds,
        failed: (point?.failed ?? 0) / this.#pointSeconds,
        p50: point?.latency.quantileMs(0.5) ?? 0,
        p99: point?.latency.quantileMs(0.99) ?? 0,
      });
      if (point === undefined) continue;
      point.latency.clear();
      this.#spare.push(point.latency);
    }
  }
}
