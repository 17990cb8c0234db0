import { BarChart, CustomChart, LineChart } from "echarts/charts";
import type { BarSeriesOption, CustomSeriesOption, LineSeriesOption } from "echarts/charts";
import { GridComponent, type GridComponentOption } from "echarts/components";
import { type ComposeOption, init, use } from "echarts/core";
import { LabelLayout } from "echarts/features";
import { SVGRenderer } from "echarts/renderers";
import { escaped, Html } from "./html.ts";

use([BarChart, CustomChart, GridComponent, LabelLayout, LineChart, SVGRenderer]);

export type PlotOption = ComposeOption<
  BarSeriesOption | CustomSeriesOption | GridComponentOption | LineSeriesOption
>;

/** Colours are the page's own, so that a plot is right in light and in dark. */
export const plotColors = {
  ink: "var(--ink)",
  muted: "var(--ink-muted)",
  line: "var(--line)",
  axis: "var(--line-strong)",
  accent: "var(--accent)",
  soft: "var(--plot-soft)",
  softer: "var(--plot-softer)",
  bad: "var(--bad)",
  series: [1, 2, 3, 4, 5, 6].map((number) => `var(--series-${number})`),
} as const;

export const textPx = 12;

/** What axes look like in every plot. */
export const axisStyle = {
  axisLine: { show: false },
  axisTick: { show: false },
  axisLabel: { color: plotColors.muted, fontSize: textPx },
  splitLine: { show: true, lineStyle: { color: plotColors.line, width: 1 } },
  nameTextStyle: { color: plotColors.muted, fontSize: textPx },
};

/** @param label what is to be seen, for those who do not see it. */
export function plot(option: PlotOption, widthPx: number, heightPx: number, label: string): Html {
  const chart = init(null, null, { renderer: "svg", ssr: true, width: widthPx, height: heightPx });
  try {
    chart.setOption({ animation: false, backgroundColor: "transparent", ...option });
    return new Html(inlined(chart.renderToSVGString({ useViewBox: true }), label));
  } finally {
    // Else its timers keep the process.
    chart.dispose();
  }
}

/**
 * The drawing as a part of a page that allows no style but its own: without a style sheet and what
 * goes with it, and with attributes where it has styles. Texts have no quotation marks and no angle
 * brackets left, so these patterns match tags only.
 */
function inlined(svg: string, label: string): string {
  return (
    svg
      .replace(/<style[^>]*>[\s\S]*?<\/style>/, "")
      .replaceAll(
        / (?:class|xmlns|xmlns:xlink|xml:space|version|baseProfile|pointer-events)="[^"]*"/g,
        "",
      )
      .replaceAll(/ ecmeta_\w+="[^"]*"/g, "")
      .replaceAll(/ style="([^"]*)"/g, (_whole, style: string) => attributesOf(style))
      // By a function: in a text, dollars would have a meaning.
      .replace("<svg ", () => `<svg role="img" aria-label="${escaped(label)}" `)
      .trim()
  );
}

function attributesOf(style: string): string {
  return style
    .split(";")
    .map((declaration) => declaration.split(":"))
    .map(([name, value]) => (name && value ? ` ${name}="${value}"` : ""))
    .join("");
}
