import type { Finding, LoadRun, ScenarioResult } from "../results.ts";
import { type Html, html } from "./html.ts";
import { latencyFigure } from "./latency-plot.ts";
import { overRunsFigures } from "./over-runs-plot.ts";
import { costTable, failuresTable, runsTable } from "./runs-table.ts";
import { timelineFigure } from "./timeline-plot.ts";

/** Their runs are steps of one thing: how many users, how many nodes, how much later. */
const steppedScenarios: readonly string[] = ["growth", "nodes", "soak"];
/** With more, they are folded away. */
const mostOpenTimelines = 2;

export function scenarioSection(scenario: ScenarioResult, id: string): Html {
  const { title, what, name, runs, findings } = scenario;
  return html`<section id="${id}" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title} <code>${name}</code></h2>
    <p class="what">${what}</p>
    ${findingList(findings)} ${troubleNotice(runs)}
    ${runs.length > 0 ? measured(scenario) : undefined}
    ${isEmpty(scenario) ? html`<p class="muted">Nothing of it was measured.</p>` : undefined}
  </section>`;
}

/** Some scenarios have findings only: they put no load on the service. */
export function isEmpty({ runs, findings }: ScenarioResult): boolean {
  return runs.length === 0 && findings.length === 0;
}

export function findingList(findings: readonly Finding[]): Html | undefined {
  if (findings.length === 0) return undefined;
  return html`<ul class="findings">
    ${findings.map(
      ({ tone, text }) => html`<li class="${tone}">${toneMark[tone]}<span>${text}</span></li>`,
    )}
  </ul>`;
}

const toneMark: Readonly<Record<Finding["tone"], Html>> = {
  good: html`<span class="mark" role="img" aria-label="Good">✓</span>`,
  bad: html`<span class="mark" role="img" aria-label="Bad">✕</span>`,
  plain: html`<span class="mark" aria-hidden="true">•</span>`,
};

function troubleNotice(runs: readonly LoadRun[]): Html | undefined {
  const troubles = runs.filter(({ generatorTrouble }) => generatorTrouble !== undefined);
  if (troubles.length === 0) return undefined;
  return html`<div class="notice warn">
    <p>
      <strong
        >The generator had trouble: the latencies below that are marked with it are not to be
        believed.</strong
      >
    </p>
    <ul>
      ${troubles.map(({ label, generatorTrouble }) => html`<li>${label}: ${generatorTrouble}</li>`)}
    </ul>
  </div>`;
}

function measured({ name, runs }: ScenarioResult): Html {
  const timelines = runs.map((run) => timelineFigure(run)).filter((one) => one !== undefined);
  const isFolded = timelines.length > mostOpenTimelines;
  return html`${runsTable(runs)} ${costTable(runs)}
    ${failuresTable(runs) ?? html`<p class="muted">No request failed.</p>`}
    <div class="figures">
      ${steppedScenarios.includes(name) ? overRunsFigures(runs) : undefined} ${latencyFigure(runs)}
      ${isFolded ? undefined : timelines}
    </div>
    ${isFolded ? foldedTimelines(timelines) : undefined}`;
}

function foldedTimelines(timelines: readonly Html[]): Html {
  return html`<details class="more">
    <summary>Second by second: ${String(timelines.length)} runs</summary>
    <div class="figures">${timelines}</div>
  </details>`;
}
