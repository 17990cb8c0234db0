import { escaped } from "../html/escaped.ts";
import { clockTime, lengthOfTime } from "./in-words.ts";
import type { FaultSpan } from "./service-record.ts";
import type { Verdict } from "./verdict.ts";

const widthPx = 1000;
const leftPx = 74;
const rightPx = 24;
const laneHeightPx = 22;
const panelGapPx = 26;
const readsHeightPx = 130;
const writesHeightPx = 90;
const topPx = 22;
const axisHeightPx = 26;
const mostTicks = 10;
const tickStepsSeconds = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800];
/** A fault is to be seen, however short. */
const leastBarPx = 2.5;

/** Reads and writes served a second, above the faults of each part, on one axis of time. */
export function timelinePlot({ plot, faults, workMs, nodes }: Verdict): string {
  const innerPx = widthPx - leftPx - rightPx;
  const x = (ms: number): number => leftPx + (Math.min(ms, workMs) / workMs) * innerPx;
  const lanes = ["Redis", "Postgres", ...nodes];
  const readsTop = topPx;
  const writesTop = readsTop + readsHeightPx + panelGapPx;
  const lanesTop = writesTop + writesHeightPx + panelGapPx;
  const bottom = lanesTop + lanes.length * laneHeightPx;
  const shades = faults.map(
    (fault) =>
      `<rect class="shade" x="${px(x(fault.startMs))}" y="${readsTop}" width="${barWidth(fault, x)}" height="${bottom - readsTop}"/>`,
  );
  const bars = faults.map((fault) => {
    const top = lanesTop + lanes.indexOf(fault.victim) * laneHeightPx + 4;
    const length = lengthOfTime(fault.endMs - fault.startMs);
    const title = `${clockTime(fault.startMs)}, ${length}: ${fault.victim} ${fault.event}`;
    return `<rect class="bar" x="${px(x(fault.startMs))}" y="${top}" width="${barWidth(fault, x)}" height="${laneHeightPx - 8}" rx="2"><title>${escaped(title)}</title></rect>`;
  });
  const laneNames = lanes.map((lane, index) => {
    const middle = lanesTop + index * laneHeightPx + laneHeightPx / 2 + 4;
    return `<text class="label" x="${leftPx - 8}" y="${middle}" text-anchor="end">${escaped(lane)}</text>`;
  });
  const ticks = tickTimes(workMs).map(
    (ms) =>
      `<line class="grid" x1="${px(x(ms))}" x2="${px(x(ms))}" y1="${readsTop}" y2="${bottom}"/>` +
      `<text class="label" x="${px(x(ms))}" y="${bottom + 18}" text-anchor="middle">${clockTime(ms)}</text>`,
  );
  const panel = (
    name: string,
    style: string,
    values: readonly number[],
    top: number,
    height: number,
  ): string => {
    const most = niceAbove(Math.max(...values, 1));
    const y = (value: number): number => top + height - (value / most) * height;
    const steps = values.map((value, index) => {
      const [from, to] = [x(index * plot.bucketMs), x((index + 1) * plot.bucketMs)];
      return `L${px(from)} ${px(y(value))}L${px(to)} ${px(y(value))}`;
    });
    const base = px(top + height);
    return [
      `<text class="name ${style}" x="${leftPx}" y="${top - 7}">${name}</text>`,
      `<path class="area ${style}" d="M${leftPx} ${base}${steps.join("")}L${px(x(workMs))} ${base}Z"/>`,
      `<line class="axis" x1="${leftPx}" x2="${widthPx - rightPx}" y1="${base}" y2="${base}"/>`,
      ...[0, most].map(
        (value) =>
          `<text class="label" x="${leftPx - 8}" y="${px(y(value) + 4)}" text-anchor="end">${value.toLocaleString("en")}</text>`,
      ),
    ].join("");
  };
  return [
    `<svg viewBox="0 0 ${widthPx} ${bottom + axisHeightPx}" role="img" aria-label="Reads and writes served a second, and the faults">`,
    ...shades,
    ...ticks,
    panel("reads served a second", "reads", plot.readsASecond, readsTop, readsHeightPx),
    panel("writes served a second", "writes", plot.writesASecond, writesTop, writesHeightPx),
    `<text class="name" x="${leftPx}" y="${lanesTop - 7}">faults</text>`,
    ...laneNames,
    ...bars,
    "</svg>",
  ].join("\n");
}

function barWidth({ startMs, endMs }: FaultSpan, x: (ms: number) => number): string {
  return px(Math.max(leastBarPx, x(endMs) - x(startMs)));
}

function tickTimes(workMs: number): number[] {
  const step = tickStepsSeconds.find((seconds) => workMs / 1000 / seconds <= mostTicks) ?? 3600;
  return Array.from(
    { length: Math.floor(workMs / 1000 / step) + 1 },
    (_none, index) => index * step * 1000,
  );
}

/** A number with one digit and zeros, or 15 and zeros, that is not below the value. */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((step) => step * power >= value) ?? 10) * power;
}

function px(value: number): string {
  return value.toFixed(1).replace(/\.0$/, "");
}
