import type {
  Comparison,
  GoalResult,
  LoadRun,
  Ratio,
  Results,
  ScenarioResult,
} from "../results.ts";
import { cheapestFirst, lanesOf, middleHalf } from "./comparison-plot.ts";
import { resolvedInWords } from "./comparison-section.ts";
import { goalsWith, headlineOf, tallyInWords, verdicts } from "./headline.ts";
import { count, duration, figures, withPlainSpaces, withUnit } from "./numbers.ts";
import { printable } from "./printable.ts";
import { failedOf } from "./runs-table.ts";
import { isEmpty } from "./scenario-section.ts";

const mostNameLetters = 60;

/** The results for a terminal. */
export function textReport(results: Results): string {
  const { scenarios, comparison, goals, cutShort, isShort } = results;
  const parts = [
    headlineOf(results).text,
    isShort ? "A smoke run is too short for its figures to mean anything." : undefined,
    cutShort === undefined ? undefined : `Cut short: ${cutShort} What is missing was not measured.`,
    ...scenarios.map((scenario) => scenarioInWords(scenario)),
    comparison === undefined ? undefined : comparisonInWords(comparison),
    goals.length === 0 ? undefined : goalsInWords(goals),
  ];
  return printable(withPlainSpaces(parts.filter((part) => part !== undefined).join("\n\n")));
}

function scenarioInWords(scenario: ScenarioResult): string {
  const { title, runs, findings } = scenario;
  const marks = { good: "ok ", bad: "BAD", plain: "-  " } as const;
  const troubles = runs.filter(({ generatorTrouble }) => generatorTrouble !== undefined);
  return [
    title,
    ...(runs.length > 0 ? [runTable(runs)] : []),
    ...(isEmpty(scenario) ? ["Nothing of it was measured."] : []),
    ...troubles.map(
      ({ label, generatorTrouble }) =>
        `?   ${label}: the latencies are not to be believed. ${generatorTrouble}`,
    ),
    ...findings.map(({ tone, text }) => `${marks[tone]} ${text}`),
  ].join("\n");
}

function runTable(runs: readonly LoadRun[]): string {
  const hasCost = runs.some(({ cost }) => cost !== undefined);
  return textTable([
    ["", "per second", "failed", "p50", "p99", "max", ...(hasCost ? ["CPU/request"] : [])],
    ...runs.map((run) => {
      const { latency, cost, generatorTrouble } = run;
      const mark = generatorTrouble === undefined ? "" : "?";
      const times = [latency.p50, latency.p99, latency.max].map((ms) =>
        latency.count === 0 ? "–" : `${duration(ms)}${mark}`,
      );
      return [
        run.label,
        figures(run.requestsPerSecond),
        count(failedOf(run)),
        ...times,
        ...(hasCost && cost !== undefined
          ? [withUnit(figures(cost.cpuMicrosPerRequest), "µs")]
          : []),
      ];
    }),
  ]);
}

function comparisonInWords({ contestants, ratios }: Comparison): string {
  return [
    "CPU time of a request, in turns",
    textTable([
      ["", "median", "middle half"],
      ...cheapestFirst(lanesOf(contestants)).map(({ contestant, spread }) => [
        contestant.name,
        withUnit(figures(spread.median), "µs"),
        withUnit(middleHalf(spread), "µs"),
      ]),
    ]),
    ...(ratios.length === 0 ? [] : ["", "Throughput for the same CPU", ratioTable(ratios)]),
  ].join("\n");
}

function ratioTable(ratios: readonly Ratio[]): string {
  return textTable([
    ["", "times", "middle half", "resolved"],
    ...ratios.map((ratio) => [
      `${ratio.of} against ${ratio.against}`,
      figures(ratio.spread.median),
      middleHalf(ratio.spread),
      resolvedInWords(ratio),
    ]),
  ]);
}

function goalsInWords(goals: readonly GoalResult[]): string {
  const sorted = verdicts.flatMap((verdict) => goalsWith(goals, verdict));
  return [
    `Goals: ${tallyInWords(goals)}`,
    ...sorted.map(
      ({ goal, wanted, measured, verdict }) =>
        `${verdict.padEnd("not measured".length)}  ${goal}: wanted ${wanted}${measured === undefined ? "" : `, measured ${measured}`}`,
    ),
  ].join("\n");
}

/** Columns as wide as their widest cell: names to the left, figures to the right. */
function textTable(rows: readonly (readonly string[])[]): string {
  const shown = rows.map((row) => row.map((cell) => cell.slice(0, mostNameLetters)));
  const widths = (shown[0] ?? []).map((_cell, column) =>
    shown.reduce((widest, row) => Math.max(widest, row[column]?.length ?? 0), 0),
  );
  return shown
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
