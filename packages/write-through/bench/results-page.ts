import { escaped } from "../html/escaped.ts";
import { pageStyle } from "../html/page-style.ts";
import { table } from "../html/table.ts";
import type { Breakdown } from "./comparison.ts";
import { machineInWords } from "./machine.ts";
import { plotStyle, ratioPlot } from "./ratio-plot.ts";
import type { BenchResults } from "./run-bench.ts";
import { breakdownCells, comparisonCells, comparisonHead } from "./text-report.ts";

/** The results as one HTML page that needs nothing else. */
export function resultsPage(results: BenchResults): string {
  const { machine, comparisons, breakdowns, troubles, isShort, startedAt } = results;
  const paragraphs = [
    ...machineInWords(machine),
    `Begun at ${startedAt}.`,
    ...(isShort ? ["A short run: its numbers mean nothing."] : []),
    ...(troubles.length > 0 ? [`Not as usual meanwhile: ${troubles.join(", ")}.`] : []),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>What the cache costs</title>
<style>${pageStyle}${plotStyle}${ownStyle}</style>
</head>
<body>
<header>
<h1>What the cache costs, against the bare parts it is made of</h1>
${paragraphs.map((text) => `<p>${escaped(text)}</p>`).join("\n")}
</header>
<main>
<section>
<h2>Ratios, round by round</h2>
<div class="scroll plot">${ratioPlot(comparisons)}</div>
<p class="note">A dot is a round, in which both were measured one after the other. The box is the middle half of the rounds, the line in it their median. Dashed: the aim, where it is a ratio.</p>
</section>
<section class="results">
<h2>Results</h2>
${table(
  comparisonHead.map((name) => escaped(name)),
  comparisons.map((comparison) => comparisonCells(comparison).map((cell) => escaped(cell))),
)}
<p class="note">The ratio is the median of the rounds' ratios; the times are medians of one operation, the bytes of one entry. A row without an aim is a yardstick.</p>
</section>
${breakdowns.map((breakdown) => breakdownSection(breakdown)).join("\n")}
</main>
</body>
</html>
`;
}

function breakdownSection(breakdown: Breakdown): string {
  const { head, body } = breakdownCells(breakdown);
  const cells = (texts: readonly string[]): string[] => texts.map((text) => escaped(text));
  return `<section><h2>${escaped(breakdown.title)}</h2>${table(
    cells(head),
    body.map((row) => cells(row)),
  )}</section>`;
}

const ownStyle = `
.results table { font-size: .9rem; }
.results :is(th, td):nth-child(2) { text-align: left; }
`;
