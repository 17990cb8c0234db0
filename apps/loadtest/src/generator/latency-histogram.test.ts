import { describe, expect, it } from "vitest";
import { LatencyHistogram } from "./latency-histogram.ts";

function histogramOf(latenciesMs: Iterable<number>): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const ms of latenciesMs) histogram.add(ms);
  return histogram;
}

describe("a latency histogram", () => {
  it("knows its quantiles to three figures", () => {
    const { count, p50, p90, p99, p999, max } = histogramOf(
      Array.from({ length: 10_000 }, (_, index) => (index + 1) / 10),
    ).toLatency();
    expect(count).toBe(10_000);
    for (const [value, exact] of [
      [p50, 500],
      [p90, 900],
      [p99, 990],
      [p999, 999],
      [max, 1000],
    ] as const) {
      expect(Math.abs(value / exact - 1)).toBeLessThan(0.002);
    }
  });

  it("draws a curve from the least to the most", () => {
    const { curve, max } = histogramOf([1, 2, 3, 4, 5, 6, 7, 8, 9, 100]).toLatency();
    expect(curve).toHaveLength(60);
    expect(curve[0]).toEqual({ share: 0, ms: 1 });
    expect(curve.at(-1)).toEqual({ share: 1, ms: max });
    for (const key of ["share", "ms"] as const) {
      const values = curve.map((point) => point[key]);
      expect(values).toEqual(values.toSorted((a, b) => a - b));
    }
    // No share that only more requests than there were could tell.
    expect(curve.at(-2)?.share).toBeLessThanOrEqual(0.9);
  });

  it("is all zero, without a curve, when nothing was added", () => {
    expect(new LatencyHistogram().toLatency()).toEqual({
      count: 0,
      p50: 0,
      p90: 0,
      p99: 0,
      p999: 0,
      max: 0,
      curve: [],
    });
  });

  it("takes what is out of its range for its bound", () => {
    const histogram = histogramOf([0, 1e9]);
    expect(histogram.count).toBe(2);
    expect(histogram.quantileMs(0)).toBe(0.001);
    expect(histogram.quantileMs(1)).toBeCloseTo(120_000, -3);
  });

  it("joins and forgets", () => {
    const all = histogramOf([1]);
    all.addAll(histogramOf([2, 3]));
    expect(all.count).toBe(3);
    all.clear();
    expect(all.count).toBe(0);
  });
});
