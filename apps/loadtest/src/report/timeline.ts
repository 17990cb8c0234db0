import type { TimelinePoint } from "../results.ts";

/** Some seconds of a run, as one point of a plot. */
export interface Moment {
  readonly atSeconds: number;
  readonly seconds: number;
  readonly requestsPerSecond: number;
  readonly failedPerSecond: number;
  /** Undefined where nothing was answered. */
  readonly p50: number | undefined;
  readonly p99: number | undefined;
}

/**
 * So many seconds each that there are at most `most` moments. Of the medians it is the middle one; of
 * the 99 % the worst, so that no bad second is lost.
 */
export function momentsOf(timeline: readonly TimelinePoint[], most: number): readonly Moment[] {
  const last = timeline.reduce((latest, { atSeconds }) => Math.max(latest, atSeconds), 0);
  const seconds = Math.max(stepOf(timeline), Math.ceil((last + 1) / most));
  const groups = Map.groupBy(timeline, ({ atSeconds }) => Math.floor(atSeconds / seconds));
  return [...groups]
    .toSorted(([one], [other]) => one - other)
    .map(([group, points]) => momentOf(group * seconds, seconds, points));
}

function momentOf(atSeconds: number, seconds: number, points: readonly TimelinePoint[]): Moment {
  const answered = points.filter(({ requests, failed }) => requests > 0 || failed > 0);
  const medians = answered.map(({ p50 }) => p50).toSorted((one, other) => one - other);
  const worst = answered.reduce((high, { p99 }) => Math.max(high, p99), 0);
  // Each point tells a second, however many it stands for.
  const mean = (amounts: readonly number[]): number =>
    amounts.reduce((sum, one) => sum + one, 0) / amounts.length;
  return {
    atSeconds,
    seconds,
    requestsPerSecond: mean(points.map(({ requests }) => requests)),
    failedPerSecond: mean(points.map(({ failed }) => failed)),
    p50: positive(medians[Math.floor(medians.length / 2)]),
    p99: positive(worst),
  };
}

/** The seconds of a point: of a long run several were put together. */
function stepOf(timeline: readonly TimelinePoint[]): number {
  const gaps = timeline
    .slice(1)
    .map(({ atSeconds }, at) => atSeconds - (timeline[at]?.atSeconds ?? 0));
  const least = gaps.reduce((low, gap) => (gap > 0 ? Math.min(low, gap) : low), Infinity);
  return Number.isFinite(least) ? Math.max(1, Math.round(least)) : 1;
}

function positive(ms: number | undefined): number | undefined {
  return ms !== undefined && ms > 0 ? ms : undefined;
}
