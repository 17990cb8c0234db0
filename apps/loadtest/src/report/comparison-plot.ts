import type { Comparison, Contestant, Spread } from "../results.ts";
import { spreadOf } from "../spread.ts";
import { figure } from "./figure.ts";
import { type Html, html } from "./html.ts";
import { count, figures, percent, plainFigures, withUnit } from "./numbers.ts";
import { axisStyle, plot, plotColors, textPx } from "./plot.ts";
import { printable } from "./printable.ts";
import { roundAxis } from "./round-values.ts";
import { table } from "./table.ts";

const laneHeightPx = 46;
const axisHeightPx = 44;
const barHeightPx = 14;
const capHeightPx = 8;
const valueWidthPx = 104;
const wideLetters = 90;
const narrowLetters = 44;
const wideFromPx = 600;
const micros = "µs";

interface Lane {
  readonly contestant: Contestant;
  readonly spread: Spread;
  /** The median of what Postgres and Redis took; undefined where they could not be asked. */
  readonly serversMicros: number | undefined;
}

/** Who takes how much CPU for a request, the least first; undefined if no round was whole. */
export function comparisonFigure(comparison: Comparison): Html | undefined {
  const lanes = cheapestFirst(lanesOf(comparison.contestants));
  if (lanes.length === 0) return undefined;
  return figure({
    title: "CPU time of a request",
    caption: html`Microseconds of CPU that a server's process took for one request: shorter is
    better. The bar is the median of ${count(comparison.rounds)} rounds of
    ${count(comparison.requestsPerRound)} requests each, the thin line across its end is the middle
    half of the rounds. All took turns within one
    run.${lanes.some((lane) => hasServersBar(lane)) ? " The pale continuation, and the figure after the plus, is what Postgres and Redis took for it besides; no ratio counts it." : ""}`,
    width: "whole",
    draw: (widthPx) => drawLanes(lanes, widthPx),
    figures: table(
      "CPU time of a request",
      [
        { name: "Server" },
        { name: "What it checks", align: "text" },
        { name: "Median", unit: micros },
        { name: "Middle half", unit: micros },
        { name: "Postgres and Redis", unit: micros },
        { name: "CPU while idle" },
        { name: "Rounds" },
      ],
      // As they were given: what one checks may be told by the one before.
      lanesOf(comparison.contestants).map(({ contestant, spread, serversMicros }) => ({
        cells: [
          contestant.name,
          contestant.what,
          figures(spread.median),
          middleHalf(spread),
          serversMicros === undefined ? "–" : figures(serversMicros),
          contestant.idleCpuShare === undefined ? "–" : percent(contestant.idleCpuShare),
          count(contestant.cpuMicros.length),
        ],
      })),
    ),
  });
}

export function lanesOf(contestants: readonly Contestant[]): readonly Lane[] {
  return contestants
    .filter(({ cpuMicros }) => cpuMicros.length > 0)
    .map((contestant) => {
      const { cpuMicros, serversCpuMicros = [] } = contestant;
      const serversMicros =
        serversCpuMicros.length === 0 ? undefined : spreadOf(serversCpuMicros).median;
      return { contestant, spread: spreadOf(cpuMicros), serversMicros };
    });
}

export function cheapestFirst(lanes: readonly Lane[]): readonly Lane[] {
  return lanes.toSorted((one, other) => one.spread.median - other.spread.median);
}

export function middleHalf({ lowerQuartile, upperQuartile }: Spread): string {
  return `${figures(lowerQuartile)} to ${figures(upperQuartile)}`;
}

function drawLanes(lanes: readonly Lane[], widthPx: number): Html {
  const letters = widthPx < wideFromPx ? narrowLetters : wideLetters;
  return plot(
    {
      grid: { left: 2, right: valueWidthPx, top: 4, bottom: axisHeightPx },
      xAxis: {
        ...axisStyle,
        type: "value",
        name: "microseconds of CPU for a request",
        nameLocation: "middle",
        nameGap: 28,
        ...roundAxis(Math.max(...lanes.map((lane) => farthestOf(lane)))),
        axisLabel: {
          ...axisStyle.axisLabel,
          formatter: plainFigures,
          hideOverlap: true,
        },
      },
      yAxis: {
        type: "category",
        inverse: true,
        data: lanes.map((_lane, index) => String(index)),
        axisLine: { show: true, lineStyle: { color: plotColors.axis } },
        axisTick: { show: false },
        axisLabel: { show: false },
      },
      series: {
        type: "custom",
        silent: true,
        data: lanes.map((_lane, index) => index),
        renderItem: ({ dataIndex }, api) => {
          const lane = lanes[dataIndex];
          if (lane === undefined) return null;
          const pixels = (value: number): number => api.coord([value, dataIndex])[0] ?? 0;
          const middle = (api.coord([0, dataIndex])[1] ?? 0) + barHeightPx / 2;
          return { type: "group", children: drawLane(lane, pixels, middle, letters) };
        },
      },
    },
    widthPx,
    lanes.length * laneHeightPx + axisHeightPx + 4,
    `CPU time of a request. ${lanes.map(({ contestant, spread }) => `${contestant.name}: ${withUnit(figures(spread.median), micros)}`).join("; ")}.`,
  );
}

function farthestOf({ spread, serversMicros = 0 }: Lane): number {
  return Math.max(spread.upperQuartile, spread.median + serversMicros);
}

/** Too little is not worth its ink. */
function hasServersBar({ spread, serversMicros = 0 }: Lane): boolean {
  return serversMicros >= 0.01 * spread.median;
}

function drawLane(lane: Lane, pixels: (value: number) => number, middle: number, letters: number) {
  const { contestant, spread, serversMicros = 0 } = lane;
  const { median, lowerQuartile, upperQuartile } = spread;
  const [start, low, end, high] = [0, lowerQuartile, median, upperQuartile].map((value) =>
    pixels(value),
  ) as [number, number, number, number];
  const serversEnd = pixels(median + serversMicros);
  const servers = hasServersBar(lane) ? ` + ${figures(serversMicros)}` : "";
  const isOurs = /portcullis/i.test(contestant.name);
  const rule = { stroke: plotColors.ink, lineWidth: 1.5 };
  const line = (x1: number, y1: number, x2: number, y2: number) => ({
    type: "line" as const,
    shape: { x1, y1, x2, y2 },
    style: rule,
  });
  return [
    {
      type: "text" as const,
      style: {
        x: start + 4,
        y: middle - barHeightPx / 2 - 4,
        text: shortened(contestant.name, letters),
        fill: plotColors.ink,
        fontSize: textPx,
        fontWeight: isOurs ? ("bold" as const) : ("normal" as const),
        textVerticalAlign: "bottom" as const,
      },
    },
    {
      type: "rect" as const,
      shape: {
        x: start,
        y: middle - barHeightPx / 2,
        width: Math.max(1, end - start),
        height: barHeightPx,
        r: [0, 3, 3, 0],
      },
      style: { fill: isOurs ? plotColors.accent : plotColors.soft },
    },
    {
      type: "rect" as const,
      shape: {
        x: end,
        y: middle - barHeightPx / 2,
        width: serversEnd - end,
        height: barHeightPx,
        r: [0, 3, 3, 0],
      },
      style: { fill: plotColors.softer },
    },
    line(low, middle, high, middle),
    line(low, middle - capHeightPx / 2, low, middle + capHeightPx / 2),
    line(high, middle - capHeightPx / 2, high, middle + capHeightPx / 2),
    {
      type: "text" as const,
      style: {
        x: Math.max(serversEnd, high) + 8,
        y: middle,
        text: withUnit(`${figures(median)}${servers}`, micros),
        fill: plotColors.ink,
        fontSize: textPx,
        fontWeight: isOurs ? ("bold" as const) : ("normal" as const),
        textVerticalAlign: "middle" as const,
      },
    },
  ];
}

function shortened(text: string, letters: number): string {
  const shown = [...printable(text).replaceAll(/\s+/g, " ")];
  return shown.length <= letters ? shown.join("") : `${shown.slice(0, letters - 1).join("")}…`;
}
