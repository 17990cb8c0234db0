import type { LoadRun } from "../results.ts";
import { figure } from "./figure.ts";
import { type Html, html } from "./html.ts";
import { colorOf, legend, letterOf } from "./legend.ts";
import { figures, plainFigures, withUnit } from "./numbers.ts";
import { axisStyle, plot, plotColors, textPx } from "./plot.ts";
import { roundAxis } from "./round-values.ts";
import { seriesOf, type Step } from "./series.ts";
import { table } from "./table.ts";

const heightPx = 240;

/** What changes from one run to the next. */
interface Measure {
  readonly title: string;
  readonly unit: string;
  readonly caption: string;
  readonly of: (run: LoadRun) => number | undefined;
}

interface Line {
  readonly name: string;
  readonly points: readonly { readonly step: string; readonly value: number }[];
}

const measures: readonly Measure[] = [
  {
    title: "Capacity, step by step",
    unit: "requests/s",
    caption:
      "Requests a second when each connection sends the next one as soon as it has its answer. Higher is better.",
    of: ({ loop, requestsPerSecond }) => (loop === "closed" ? requestsPerSecond : undefined),
  },
  {
    title: "99 % of the latencies, step by step",
    unit: "ms",
    caption: "Milliseconds within which 99 % of the requests were answered. Lower is better.",
    of: ({ latency, generatorTrouble }) =>
      latency.count > 0 && generatorTrouble === undefined ? latency.p99 : undefined,
  },
  {
    title: "CPU of a request, step by step",
    unit: "µs/request",
    caption: "Microseconds of CPU that all nodes together took for one request. Lower is better.",
    of: ({ cost }) => cost?.cpuMicrosPerRequest,
  },
  {
    title: "Memory, step by step",
    unit: "MiB",
    caption: "Resident memory of the largest node at the end of each run. Lower is better.",
    of: ({ cost }) => cost?.memoryMiB,
  },
];

/** Lines over the runs of a scenario that goes in steps, a figure for each thing to follow. */
export function overRunsFigures(runs: readonly LoadRun[]): readonly Html[] {
  const series = seriesOf(runs);
  return measures.flatMap((measure) => {
    const lines = series
      .map(({ name, steps }) => ({ name, points: pointsOf(steps, measure) }))
      .filter(({ points }) => points.length > 1);
    return lines.length === 0 ? [] : [measureFigure(measure, lines)];
  });
}

function pointsOf(steps: readonly Step[], measure: Measure): Line["points"] {
  return steps.flatMap(({ name, run }) => {
    const value = measure.of(run);
    return value === undefined ? [] : [{ step: name, value }];
  });
}

function measureFigure({ title, unit, caption }: Measure, lines: readonly Line[]): Html {
  const names = lines.map(({ name }) => name);
  return figure({
    title,
    caption: html`${legend(names)}
    ${caption}${lines.length === 1 ? ` Along the bottom: ${names[0]}.` : undefined}`,
    width: "half",
    draw: (widthPx) => drawLines(title, unit, lines, widthPx),
    figures: table(
      title,
      [{ name: "Load" }, { name: "Step" }, { name: "Value", unit }],
      lines.flatMap(({ name, points }) =>
        points.map(({ step, value }) => ({ cells: [name, step, figures(value)] })),
      ),
    ),
  });
}

function drawLines(title: string, unit: string, lines: readonly Line[], widthPx: number): Html {
  const points = lines.flatMap((line) => line.points);
  const steps = [...new Set(points.map(({ step }) => step))];
  const isOne = lines.length === 1;
  return plot(
    {
      grid: { left: 52, right: isOne ? 20 : 28, top: 32, bottom: 30 },
      xAxis: {
        ...axisStyle,
        type: "category",
        data: steps,
        splitLine: { show: false },
        axisLine: { show: true, lineStyle: { color: plotColors.axis } },
        axisLabel: { ...axisStyle.axisLabel, hideOverlap: true },
      },
      yAxis: {
        ...axisStyle,
        type: "value",
        name: unit,
        nameGap: 14,
        nameTextStyle: { ...axisStyle.nameTextStyle, align: "left" },
        ...roundAxis(Math.max(...points.map(({ value }) => value))),
        axisLabel: { ...axisStyle.axisLabel, formatter: plainFigures },
      },
      series: lines.map((line, index) => ({
        type: "line" as const,
        silent: true,
        data: steps.map((step) => line.points.find((point) => point.step === step)?.value ?? "-"),
        symbol: "circle",
        symbolSize: 7,
        showAllSymbol: true,
        itemStyle: { color: colorOf(index), borderWidth: 0 },
        lineStyle: { color: colorOf(index), width: 2 },
        label: {
          show: isOne,
          position: "top" as const,
          color: plotColors.ink,
          fontSize: textPx,
          formatter: ({ value }) => figures(Number(value)),
        },
        endLabel: {
          show: !isOne,
          formatter: letterOf(index),
          color: colorOf(index),
          fontSize: textPx,
          fontWeight: "bold" as const,
        },
        labelLayout: isOne ? { hideOverlap: true } : { moveOverlap: "shiftY" as const },
      })),
    },
    widthPx,
    heightPx,
    `${title}. ${lines
      .map(
        ({ name, points: own }) =>
          `${name}: ${own.map(({ step, value }) => `${step}: ${withUnit(figures(value), unit)}`).join(", ")}`,
      )
      .join("; ")}.`,
  );
}
