import type { Latency, LoadRun } from "../results.ts";
import { figure } from "./figure.ts";
import { type Html, html } from "./html.ts";
import { colorOf, legend, letterOf } from "./legend.ts";
import { logAxis, logScale } from "./log-axis.ts";
import { duration, plainDuration } from "./numbers.ts";
import { axisStyle, plot, textPx } from "./plot.ts";
import { table } from "./table.ts";

const heightPx = 290;
const leastMs = 0.001;
const shares = [0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999];
const mostLetters = 40;

/** Latency by percentile of all runs that had an answer; undefined if none had. */
export function latencyFigure(runs: readonly LoadRun[]): Html | undefined {
  const answered = runs.filter(({ latency }) => latency.count > 0 && latency.curve.length > 0);
  if (answered.length === 0) return undefined;
  const isDoubtful = answered.some(({ generatorTrouble }) => generatorTrouble !== undefined);
  return figure({
    title: "Latency by percentile",
    caption: html`${legend(answered.map(({ label }) => label))} How long the given share of requests
    took at most. To the right are the rarer, slower
    ones.${isDoubtful ? " Dashed: the generator had trouble, and the line is not to be believed." : ""}`,
    width: "half",
    draw: (widthPx) => drawLatency(answered, widthPx),
    figures: table(
      "Latency by percentile",
      [
        { name: "Run" },
        ...shares.slice(0, 4).map((share) => ({ name: shareInWords(share) })),
        { name: "Max" },
      ],
      answered.map(({ label, latency: { p50, p90, p99, p999, max }, generatorTrouble }) => ({
        cells: [label, ...[p50, p90, p99, p999, max].map((ms) => duration(ms))],
        isDoubtful: generatorTrouble !== undefined,
      })),
    ),
  });
}

function drawLatency(runs: readonly LoadRun[], widthPx: number): Html {
  const lines = runs.map(({ latency }) => lineOf(latency));
  const y = logAxis(
    logScale(
      lines.flatMap((line) => line.map(([, ms]) => ms)),
      leastMs,
    ),
    plainDuration,
  );
  const farthest = Math.max(1, ...lines.map((line) => line.at(-1)?.[0] ?? 0));
  const ticks = shares.map((share) => distanceOf(share)).filter((tick) => tick <= farthest + 0.05);
  return plot(
    {
      grid: { left: 58, right: runs.length > 1 ? 26 : 14, top: 14, bottom: 46 },
      xAxis: {
        ...axisStyle,
        type: "value",
        name: "share of the requests",
        nameLocation: "middle",
        nameGap: 30,
        min: 0,
        max: farthest,
        axisTick: { ...axisStyle.axisTick, customValues: ticks },
        axisLabel: {
          ...axisStyle.axisLabel,
          customValues: ticks,
          formatter: (distance: number) => shareInWords(1 - 10 ** -distance),
          hideOverlap: true,
        },
      },
      yAxis: y,
      series: lines.map((line, index) => ({
        type: "line" as const,
        data: line.map(([distance, ms]) => [distance, Math.log10(ms)]),
        showSymbol: false,
        silent: true,
        lineStyle: {
          color: colorOf(index),
          width: 2,
          type:
            runs[index]?.generatorTrouble === undefined ? ("solid" as const) : ("dashed" as const),
        },
        itemStyle: { color: colorOf(index) },
        endLabel: {
          show: runs.length > 1,
          formatter: letterOf(index),
          color: colorOf(index),
          fontSize: textPx,
          fontWeight: "bold",
          distance: 6,
        },
        labelLayout: { moveOverlap: "shiftY" as const },
      })),
    },
    widthPx,
    heightPx,
    `Latency by percentile. ${runs
      .map(
        ({ label, latency: { p50, p99, max } }) =>
          `${label.slice(0, mostLetters)}: half within ${duration(p50)}, 99 % within ${duration(p99)}, at most ${duration(max)}`,
      )
      .join("; ")}.`,
  );
}

/** Points of how far along a share is, and of its time. No share is told apart from 1 by fewer requests than there were. */
function lineOf({ curve, count }: Latency): (readonly [distance: number, ms: number])[] {
  const farthest = distanceOf(1 - 1 / Math.max(count, 2));
  return curve.map(({ share, ms }) => [
    Math.min(distanceOf(share), farthest),
    Math.max(ms, leastMs),
  ]);
}

/** 0.9 is one step along, 0.99 two, 0.999 three. */
function distanceOf(share: number): number {
  return share >= 1 ? Infinity : -Math.log10(1 - share);
}

function shareInWords(share: number): string {
  return `${Number((share * 100).toPrecision(6))} %`;
}
