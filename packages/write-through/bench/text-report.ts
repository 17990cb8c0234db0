import { isReached, type Aim, type Breakdown, type Comparison } from "./comparison.ts";
import { machineInWords } from "./machine.ts";
import type { BenchResults } from "./run-bench.ts";
import { amount, factor, time } from "./units.ts";

export const comparisonHead: readonly string[] = [
  "what",
  "against",
  "ratio",
  "middle half",
  "takes",
  "the other",
  "aim",
  "reached",
];

/** The results for a terminal. */
export function textReport({ machine, comparisons, breakdowns, troubles }: BenchResults): string {
  return [
    machineInWords(machine).join("\n"),
    textTable([comparisonHead, ...comparisons.map((comparison) => comparisonCells(comparison))]),
    ...breakdowns.map((breakdown) => `${breakdown.title}\n\n${breakdownTable(breakdown)}`),
    ...(troubles.length > 0 ? [`Not as usual meanwhile: ${troubles.join(", ")}`] : []),
  ].join("\n\n");
}

/** One row of the table of results. */
export function comparisonCells(comparison: Comparison): string[] {
  const { what, against, ratio, measured, baseline, unit, aims } = comparison;
  return [
    what,
    against,
    factor(ratio.median),
    `${factor(ratio.lowerQuartile)} to ${factor(ratio.upperQuartile)}`,
    amount(measured, unit),
    amount(baseline, unit),
    aims.map((aim) => aimInWords(aim, unit)).join(", "),
    aims.map((aim) => (isReached(comparison, aim) ? "yes" : "no")).join(", "),
  ];
}

export function breakdownCells({ columns, rows }: Breakdown): { head: string[]; body: string[][] } {
  return {
    head: ["", ...columns],
    body: rows.map(({ part, ns }) => [
      part,
      ...ns.map((value) => (value === undefined ? "" : time(value))),
    ]),
  };
}

function breakdownTable(breakdown: Breakdown): string {
  const { head, body } = breakdownCells(breakdown);
  return textTable([head, ...body]);
}

function aimInWords({ of, below }: Aim, unit: Comparison["unit"]): string {
  return `< ${of === "ratio" ? `${below}x` : amount(below, unit)}`;
}

/** Columns as wide as their widest cell; the first to the left, those of numbers to the right. */
function textTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_cell, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  const isNumber = (column: number): boolean =>
    rows.slice(1).every((row) => /^[\d.]* ?\S*$/.test(row[column] ?? ""));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column > 0 && isNumber(column) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd(),
  );
  const [head = "", ...body] = lines;
  return [head, "-".repeat(Math.max(...lines.map(({ length }) => length))), ...body].join("\n");
}
