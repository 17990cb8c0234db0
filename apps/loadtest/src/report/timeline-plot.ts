import type { LoadRun } from "../results.ts";
import { figure } from "./figure.ts";
import { type Html, html } from "./html.ts";
import { logAxis, logScale } from "./log-axis.ts";
import { duration, figures, plainDuration, plainFigures, span } from "./numbers.ts";
import { axisStyle, plot, plotColors, textPx } from "./plot.ts";
import { roundAxis, secondsStep } from "./round-values.ts";
import { table } from "./table.ts";
import { type Moment, momentsOf } from "./timeline.ts";

const heightPx = 300;
const mostMoments = 90;
const pxPerSecondsName = 70;
const leastMs = 0.001;
const latencyPanel = {
  outerBoundsMode: "none" as const,
  left: 58,
  right: 34,
  top: 22,
  height: 140,
};
const ratePanel = { outerBoundsMode: "none" as const, left: 58, right: 34, top: 206, height: 58 };

/** Latency and rate second by second; undefined where there is not one second after another. */
export function timelineFigure({ label, timeline, generatorTrouble }: LoadRun): Html | undefined {
  const moments = momentsOf(timeline, mostMoments);
  if (moments.length < 2) return undefined;
  const step = moments[0]?.seconds ?? 1;
  const hasFailed = moments.some(({ failedPerSecond }) => failedPerSecond > 0);
  return figure({
    title: `Second by second: ${label}`,
    caption: html`Above, the time within which half and 99 % of the requests of
    ${step === 1 ? "each second" : `each ${span(step)}`} were
    answered${step === 1 ? "" : ", of 99 % the worst second"}; below, requests a
    second${hasFailed ? ", those that failed in red" : ""}.${generatorTrouble === undefined ? "" : " The generator had trouble: the latencies are not to be believed."}`,
    width: "half",
    draw: (widthPx) => drawTimeline(label, moments, widthPx),
    figures: table(
      `${label}, by time`,
      [
        { name: "From" },
        { name: "p50" },
        { name: "p99" },
        { name: "Requests", unit: "/s" },
        { name: "Failed", unit: "/s" },
      ],
      moments.map(({ atSeconds, p50, p99, requestsPerSecond, failedPerSecond }) => ({
        cells: [
          span(atSeconds),
          p50 === undefined ? "–" : duration(p50),
          p99 === undefined ? "–" : duration(p99),
          figures(requestsPerSecond),
          figures(failedPerSecond),
        ],
      })),
    ),
  });
}

function drawTimeline(label: string, moments: readonly Moment[], widthPx: number): Html {
  const times = moments.flatMap(({ p50, p99 }) => [p50, p99]).filter((ms) => ms !== undefined);
  const last = moments.at(-1);
  const endSeconds = (last?.atSeconds ?? 0) + (last?.seconds ?? 1);
  const time = {
    ...axisStyle,
    type: "value" as const,
    min: 0,
    max: endSeconds,
    interval: secondsStep(endSeconds, widthPx / pxPerSecondsName),
    splitLine: { show: false },
  };
  const seconds = {
    ...axisStyle.axisLabel,
    formatter: secondsOnAxis,
    hideOverlap: true,
    showMaxLabel: endSeconds % secondsStep(endSeconds, widthPx / pxPerSecondsName) === 0,
  };
  const rates = moments.map(({ requestsPerSecond }) => requestsPerSecond);
  const { max } = roundAxis(Math.max(...rates));
  return plot(
    {
      grid: [latencyPanel, ratePanel],
      xAxis: [
        { ...time, gridIndex: 0, axisLabel: { show: false } },
        {
          ...time,
          gridIndex: 1,
          axisLabel: seconds,
          axisLine: { show: true, lineStyle: { color: plotColors.axis } },
        },
      ],
      yAxis: [
        { ...logAxis(logScale(times, leastMs), plainDuration), gridIndex: 0 },
        {
          ...axisStyle,
          type: "value",
          gridIndex: 1,
          name: "requests a second",
          nameGap: 9,
          nameTextStyle: { ...axisStyle.nameTextStyle, align: "left" },
          min: 0,
          max,
          interval: max,
          axisLabel: { ...axisStyle.axisLabel, formatter: plainFigures },
        },
      ],
      series: [
        latencyLine("p99", plotColors.accent, moments, ({ p99 }) => p99),
        latencyLine("p50", plotColors.series[1] ?? plotColors.ink, moments, ({ p50 }) => p50),
        rateArea(moments, plotColors.soft, ({ requestsPerSecond }) => requestsPerSecond),
        rateArea(moments, plotColors.bad, ({ failedPerSecond }) => failedPerSecond),
      ],
    },
    widthPx,
    heightPx,
    `${label}: latency and requests a second over ${span(endSeconds)}.${inWords(times)}`,
  );
}

function latencyLine(
  name: string,
  color: string,
  moments: readonly Moment[],
  msOf: (moment: Moment) => number | undefined,
) {
  return {
    type: "line" as const,
    xAxisIndex: 0,
    yAxisIndex: 0,
    data: moments.map((moment) => {
      const ms = msOf(moment);
      return [
        moment.atSeconds + moment.seconds / 2,
        ms === undefined ? "-" : Math.log10(Math.max(ms, leastMs)),
      ];
    }),
    showSymbol: false,
    silent: true,
    lineStyle: { color, width: 1.75 },
    endLabel: { show: true, formatter: name, color, fontSize: textPx, fontWeight: "bold" as const },
    labelLayout: { moveOverlap: "shiftY" as const },
  };
}

function rateArea(moments: readonly Moment[], color: string, rateOf: (moment: Moment) => number) {
  return {
    type: "line" as const,
    xAxisIndex: 1,
    yAxisIndex: 1,
    step: "end" as const,
    data: moments.flatMap((moment) => [
      [moment.atSeconds, rateOf(moment)],
      [moment.atSeconds + moment.seconds, rateOf(moment)],
    ]),
    showSymbol: false,
    silent: true,
    lineStyle: { width: 0 },
    areaStyle: { color, opacity: 1 },
  };
}

function inWords(times: readonly number[]): string {
  if (times.length === 0) return "";
  return ` From ${duration(Math.min(...times))} to ${duration(Math.max(...times))}.`;
}

function secondsOnAxis(seconds: number): string {
  return seconds === 0 ? "0" : span(seconds);
}
