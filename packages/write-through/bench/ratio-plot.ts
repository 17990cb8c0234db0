import { escaped } from "../html/escaped.ts";
import { isReached, type Comparison } from "./comparison.ts";
import { factor } from "./units.ts";

const widthPx = 1000;
const leftPx = 250;
const rightPx = 70;
const topPx = 8;
const laneHeightPx = 44;
const axisHeightPx = 28;
const boxHeightPx = 18;
const dotSpreadPx = 11;
const tickValues = [0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 10, 20, 50, 100];
/** Room beside the outermost rounds. */
const marginFactor = 1.15;

/** Every round of every comparison, on one logarithmic axis of ratios. */
export function ratioPlot(comparisons: readonly Comparison[]): string {
  const shown = comparisons.flatMap(({ ratios, aims }) => [...ratios, ...aimsOfRatio(aims)]);
  const least = Math.min(1, ...shown) / marginFactor;
  const most = Math.max(1, ...shown) * marginFactor;
  const x = (ratio: number): number =>
    leftPx + (Math.log(ratio / least) / Math.log(most / least)) * (widthPx - leftPx - rightPx);
  const bottom = topPx + comparisons.length * laneHeightPx;
  const ticks = tickValues
    .filter((value) => value >= least && value <= most)
    .map(
      (value) =>
        `<line class="${value === 1 ? "one" : "grid"}" x1="${px(x(value))}" x2="${px(x(value))}" y1="${topPx}" y2="${bottom}"/>` +
        `<text class="label" x="${px(x(value))}" y="${bottom + 18}" text-anchor="middle">${value}x</text>`,
    );
  return [
    `<svg viewBox="0 0 ${widthPx} ${bottom + axisHeightPx}" role="img" aria-label="Ratios of all rounds">`,
    ...ticks,
    ...comparisons.map((comparison, lane) =>
      laneOf(comparison, topPx + (lane + 0.5) * laneHeightPx, x),
    ),
    "</svg>",
  ].join("\n");
}

function laneOf(comparison: Comparison, middle: number, x: (ratio: number) => number): string {
  const { what, against, ratios, ratio, aims } = comparison;
  const { lowerQuartile, upperQuartile, median } = ratio;
  const dots = ratios.map((value, round) => {
    const y = middle + dotSpreadPx * (((round * 7) % 11) / 5 - 1);
    return `<circle class="dot" cx="${px(x(value))}" cy="${px(y)}" r="2"/>`;
  });
  const marks = aimsOfRatio(aims).map(
    (aim) =>
      `<line class="aim" x1="${px(x(aim))}" x2="${px(x(aim))}" y1="${px(middle - 17)}" y2="${px(middle + 17)}"><title>aim: below ${factor(aim)}</title></line>`,
  );
  const isGood = aims.every((aim) => isReached(comparison, aim));
  const style = aims.length === 0 ? "" : isGood ? " good" : " bad";
  return [
    `<text x="${leftPx - 10}" y="${px(middle - 2)}" text-anchor="end">${escaped(what)}</text>`,
    `<text class="label" x="${leftPx - 10}" y="${px(middle + 13)}" text-anchor="end">against ${escaped(against)}</text>`,
    ...dots,
    `<rect class="box${style}" x="${px(x(lowerQuartile))}" y="${px(middle - boxHeightPx / 2)}" width="${px(Math.max(1, x(upperQuartile) - x(lowerQuartile)))}" height="${boxHeightPx}" rx="2"/>`,
    `<line class="median${style}" x1="${px(x(median))}" x2="${px(x(median))}" y1="${px(middle - boxHeightPx / 2)}" y2="${px(middle + boxHeightPx / 2)}"/>`,
    ...marks,
    `<text class="value" x="${widthPx - 4}" y="${px(middle + 4)}" text-anchor="end">${factor(median)}</text>`,
  ].join("");
}

function aimsOfRatio(aims: Comparison["aims"]): number[] {
  return aims.filter(({ of }) => of === "ratio").map(({ below }) => below);
}

function px(value: number): string {
  return value.toFixed(1).replace(/\.0$/, "");
}

export const plotStyle: string = `
svg .grid { stroke: var(--line); }
svg .one { stroke: var(--soft); }
svg .dot { fill: var(--soft); fill-opacity: .45; }
svg .box { fill: var(--soft); fill-opacity: .25; stroke: var(--soft); }
svg .box.good { fill: var(--good); stroke: var(--good); }
svg .box.bad { fill: var(--bad); stroke: var(--bad); }
svg .median { stroke: var(--text); stroke-width: 2; }
svg .aim { stroke: var(--text); stroke-width: 1.5; stroke-dasharray: 4 3; }
svg .value { font-weight: 600; }
`;
