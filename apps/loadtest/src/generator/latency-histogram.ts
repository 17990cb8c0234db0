import { createHistogram, type RecordableHistogram } from "node:perf_hooks";
import type { Latency } from "../results.ts";

/** What took longer counts as this long. */
const mostMs = 120_000;
const curvePoints = 60;
/** The curve reaches at most so many nines: 6 is one request in a million. */
const mostNines = 6;

/** Latencies to three significant figures, in a fixed amount of memory: an HDR histogram of microseconds. */
export class LatencyHistogram {
  readonly #micros: RecordableHistogram = createHistogram({
    lowest: 1,
    highest: mostMs * 1000,
    figures: 3,
  });
  // The histogram knows even the most only to three figures.
  #mostMicros = 0;

  add(ms: number): void {
    const micros = Math.max(1, Math.round(Math.min(ms, mostMs) * 1000));
    this.#micros.record(micros);
    this.#mostMicros = Math.max(this.#mostMicros, micros);
  }

  addAll(other: LatencyHistogram): void {
    this.#micros.add(other.#micros);
    this.#mostMicros = Math.max(this.#mostMicros, other.#mostMicros);
  }

  clear(): void {
    this.#micros.reset();
    this.#mostMicros = 0;
  }

  get count(): number {
    return this.#micros.count;
  }

  /** @param share from 0 to 1. 0 when nothing was added. */
  quantileMs(share: number): number {
    if (this.count === 0) return 0;
    const micros =
      share <= 0 ? this.#micros.min : this.#micros.percentile(Math.min(100, share * 100));
    // A bucket is told by its upper end, which may lie above all that was added.
    return Math.min(micros, this.#mostMicros) / 1000;
  }

  toLatency(): Latency {
    return {
      count: this.count,
      p50: this.quantileMs(0.5),
      p90: this.quantileMs(0.9),
      p99: this.quantileMs(0.99),
      p999: this.quantileMs(0.999),
      max: this.quantileMs(1),
      curve: curveShares(this.count).map((share) => ({ share, ms: this.quantileMs(share) })),
    };
  }
}

/**
 * Evenly spread over the nines, for the slowest are what one looks at: as many points from 0 to 0.9 as
 * from 0.9 to 0.99. No further than there were requests to tell apart.
 */
function curveShares(count: number): readonly number[] {
  if (count === 0) return [];
  const nines = Math.min(mostNines, Math.log10(count));
  const steps = curvePoints - 1;
  return Array.from({ length: curvePoints }, (_, step) =>
    step === steps ? 1 : 1 - 10 ** ((-nines * step) / steps),
  );
}
