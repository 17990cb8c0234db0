import type { Comparison, Ratio } from "../results.ts";
import { comparisonFigure, middleHalf } from "./comparison-plot.ts";
import { type Html, html } from "./html.ts";
import { count, figures } from "./numbers.ts";
import { table } from "./table.ts";

export function comparisonSection(comparison: Comparison): Html {
  return html`<section id="comparison" aria-labelledby="comparison-title">
    <h2 id="comparison-title">Comparison</h2>
    <p class="what">
      The same protected call, answered in turns by servers that check who calls in different ways,
      on the same machine within one run.
    </p>
    ${comparisonFigure(comparison) ?? html`<p class="muted">No round was run to its end.</p>`}
    ${comparison.ratios.length === 0 ? undefined : ratioTable(comparison.ratios)}
  </section>`;
}

export function resolvedInWords({ isResolved, spread }: Ratio): string {
  if (!isResolved) return "not told from 1";
  return spread.median >= 1 ? "more" : "less";
}

function ratioTable(ratios: readonly Ratio[]): Html {
  return html`<h3 class="group">How many times the throughput for the same CPU</h3>
    ${table(
      "Ratios of throughput for the same CPU",
      [
        { name: "Server" },
        { name: "Against", align: "text" },
        { name: "Times the throughput" },
        { name: "Middle half" },
        { name: "Rounds" },
        { name: "Resolved", align: "text" },
      ],
      ratios.map((ratio) => ({
        cells: [
          ratio.of,
          ratio.against,
          html`<strong>${figures(ratio.spread.median)}</strong>`,
          middleHalf(ratio.spread),
          count(ratio.rounds.length),
          ratio.isResolved
            ? html`<span class="badge plain">yes, ${resolvedInWords(ratio)}</span>`
            : html`<span class="badge warn">no: ${resolvedInWords(ratio)}</span>`,
        ],
      })),
    )}
    <p class="muted">
      A ratio compares what both took in the same round. It is resolved if the middle half of the
      rounds does not reach across 1.
    </p>`;
}
