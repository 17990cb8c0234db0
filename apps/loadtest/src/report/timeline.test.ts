import { expect, it } from "vitest";
import type { TimelinePoint } from "../results.ts";
import { momentsOf } from "./timeline.ts";

function second(atSeconds: number, changes: Partial<TimelinePoint> = {}): TimelinePoint {
  return { atSeconds, requests: 100, failed: 0, p50: 1, p99: 10, ...changes };
}

function seconds(number: number): readonly TimelinePoint[] {
  return Array.from({ length: number }, (_, atSeconds) => second(atSeconds));
}

it("shows a short run second by second", () => {
  expect(momentsOf(seconds(3), 90)).toEqual(
    [0, 1, 2].map((atSeconds) => ({
      atSeconds,
      seconds: 1,
      requestsPerSecond: 100,
      failedPerSecond: 0,
      p50: 1,
      p99: 10,
    })),
  );
});

it("keeps the worst second of a long run, and the mean of its rates", () => {
  const bad = second(777, { requests: 0, failed: 40, p50: 500, p99: 2000 });
  const timeline = seconds(3600).map((point) => (point.atSeconds === 777 ? bad : point));
  const moments = momentsOf(timeline, 90);
  expect(moments).toHaveLength(90);
  expect(moments.filter(({ p99 }) => p99 !== 10)).toEqual([
    {
      atSeconds: 760,
      seconds: 40,
      requestsPerSecond: 97.5,
      failedPerSecond: 1,
      p50: 1,
      p99: 2000,
    },
  ]);
});

it("takes points of several seconds for as long as they are", () => {
  const timeline = Array.from({ length: 10 }, (_, at) => second(at * 3));
  const [first, next] = momentsOf(timeline, 90);
  expect(first).toMatchObject({ atSeconds: 0, seconds: 3, requestsPerSecond: 100 });
  expect(next).toMatchObject({ atSeconds: 3, seconds: 3, requestsPerSecond: 100 });
});

it("has no latency where nothing was answered", () => {
  const [moment] = momentsOf([second(0, { requests: 0, p50: 0, p99: 0 }), second(1)], 90);
  expect(moment).toMatchObject({ p50: undefined, p99: undefined });
});

it("has no moment of an empty timeline", () => {
  expect(momentsOf([], 90)).toEqual([]);
});
