import { describe, expect, it } from "vitest";
import { Timeline } from "./timeline.ts";

describe("a timeline", () => {
  it("has a point for each second, also for one without requests", () => {
    const timeline = new Timeline(3, 10);
    timeline.add(0.1, 5, false);
    timeline.add(2.9, undefined, true);
    timeline.add(0.9, 5, true);
    expect(timeline.finish(3)).toEqual([
      { atSeconds: 0, requests: 2, failed: 1, p50: 5, p99: 5 },
      { atSeconds: 1, requests: 0, failed: 0, p50: 0, p99: 0 },
      { atSeconds: 2, requests: 1, failed: 1, p50: 0, p99: 0 },
    ]);
  });

  it("ends where a run was cut short", () => {
    const timeline = new Timeline(60, 10);
    timeline.add(0.5, 1, false);
    timeline.add(1.2, 1, false);
    expect(timeline.finish(1.3).map(({ requests }) => requests)).toEqual([1, 1]);
  });

  it("has at most an hour of points, which tell a second on the average", () => {
    const timeline = new Timeline(7200, 10);
    for (let second = 0; second < 7200; second++) timeline.add(second, 2, second % 2 === 0);
    const points = timeline.finish(7200);
    expect(points).toHaveLength(3600);
    expect(points[1]).toEqual({ atSeconds: 2, requests: 1, failed: 0.5, p50: 2, p99: 2 });
    expect(points.at(-1)?.atSeconds).toBe(7198);
  });

  it("keeps what is later than it waits for", () => {
    const timeline = new Timeline(30, 1);
    timeline.add(20, 1, false);
    timeline.add(2, 1, false);
    const requests = timeline.finish(30).reduce((sum, point) => sum + point.requests, 0);
    expect(requests).toBe(2);
  });
});
