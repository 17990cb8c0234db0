import { createHash } from "node:crypto";
import type { GoalResult, Results } from "../results.ts";
import { comparisonSection } from "./comparison-section.ts";
import {
  badFindings,
  goalsWith,
  headlineOf,
  tallyInWords,
  toneOfVerdict,
  verdicts,
} from "./headline.ts";
import { Html, html } from "./html.ts";
import { span } from "./numbers.ts";
import { pageStyle } from "./page-style.ts";
import { findingList, scenarioSection } from "./scenario-section.ts";

// Whole: not a space may come between the tags and what was hashed.
const styleElement = new Html(`<style>${pageStyle}</style>`);
const styleHash = createHash("sha256").update(pageStyle).digest("base64");
const contentSecurityPolicy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'`;

/** The results as one HTML page that needs nothing else, and runs nothing. */
export function reportPage(results: Results): string {
  const { scenarios, comparison, goals } = results;
  const headline = headlineOf(results);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>${headline.text} · Portcullis load test</title>
        ${styleElement}
      </head>
      <body>
        <header class="${headline.tone}">
          <p class="product">Portcullis <span>load test</span></p>
          <h1>${headline.text}</h1>
          <p class="muted">${whenInWords(results)}</p>
          ${banners(results)} ${findingList(badFindings(results))} ${contents(results)}
        </header>
        <main>
          ${goals.length === 0 ? undefined : goalsSection(goals)}
          ${comparison === undefined ? undefined : comparisonSection(comparison)}
          ${scenarios.map((scenario, index) => scenarioSection(scenario, scenarioId(index)))}
          ${nothingMeasured(results)} ${circumstancesSection(results)}
        </main>
      </body>
    </html> `.markup;
}

function whenInWords({ startedAt, seconds, scenarios }: Results): string {
  const started = new Date(startedAt);
  const when = Number.isNaN(started.getTime())
    ? startedAt
    : `${started.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  const loads = scenarios.reduce((sum, { runs }) => sum + runs.length, 0);
  return `Begun ${when}, took ${span(seconds)}: ${loads} ${loads === 1 ? "load" : "loads"} in ${scenarios.length} ${scenarios.length === 1 ? "scenario" : "scenarios"}.`;
}

function banners({ cutShort, isShort }: Results): Html {
  return html`${
    cutShort === undefined
      ? undefined
      : html`<div class="notice warn" role="note">
          <p>
            <strong>This run was cut short.</strong> ${cutShort} What is missing below was not
            measured.
          </p>
        </div>`
  }
  ${
    isShort
      ? html`<div class="notice warn" role="note">
          <p>
            <strong>This was a smoke run.</strong> It shows that everything works; it was too short
            for its figures to mean anything.
          </p>
        </div>`
      : undefined
  }`;
}

function contents({ goals, comparison, scenarios }: Results): Html | undefined {
  const links = [
    ...(goals.length === 0 ? [] : [{ id: "goals", name: "Goals" }]),
    ...(comparison === undefined ? [] : [{ id: "comparison", name: "Comparison" }]),
    ...scenarios.map(({ title }, index) => ({ id: scenarioId(index), name: title })),
    { id: "circumstances", name: "Circumstances" },
  ];
  return html`<nav aria-label="On this page">
    <ul>
      ${links.map(({ id, name }) => html`<li><a href="#${id}">${name}</a></li>`)}
    </ul>
  </nav>`;
}

/** Names come from anywhere: they are no part of an address. */
function scenarioId(index: number): string {
  return `scenario-${index + 1}`;
}

function goalsSection(goals: readonly GoalResult[]): Html {
  const sorted = verdicts.flatMap((verdict) => goalsWith(goals, verdict));
  const isSplit = goalsWith(goals, "not resolved").length > 0;
  // The roles are there by themselves until a narrow page lays the table out as cards.
  return html`<section id="goals" aria-labelledby="goals-title">
    <h2 id="goals-title">Goals</h2>
    <p class="what">Of ${String(goals.length)}: ${tallyInWords(goals)}.</p>
    <table class="goals" role="table">
      <thead role="rowgroup">
        <tr role="row">
          ${["Verdict", "Goal", "Wanted", "Measured"].map((name) => html`<th scope="col" role="columnheader" class="text">${name}</th>`)}
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${sorted.map((goal) => goalRow(goal))}
      </tbody>
    </table>
    ${isSplit ? html`<p class="muted">Not resolved: the middle half of the rounds lies on both sides of what was wanted.</p>` : undefined}
  </section>`;
}

function goalRow({ goal, wanted, measured, verdict }: GoalResult): Html {
  return html`<tr role="row">
    <td role="cell"><span class="badge ${toneOfVerdict[verdict]}">${verdict}</span></td>
    <th scope="row" role="rowheader" class="text">${goal}</th>
    <td role="cell" data-name="Wanted">${wanted}</td>
    <td role="cell" data-name="Measured">${measured ?? "–"}</td>
  </tr>`;
}

function nothingMeasured({ scenarios, comparison }: Results): Html | undefined {
  if (scenarios.length > 0 || comparison !== undefined) return undefined;
  return html`<section class="empty">
    <h2>Nothing was measured</h2>
    <p>The run ended before its first scenario.</p>
  </section>`;
}

function circumstancesSection({ circumstances }: Results): Html {
  return html`<section id="circumstances" aria-labelledby="circumstances-title">
    <h2 id="circumstances-title">Circumstances</h2>
    <p class="what">What the figures depend on: on another machine they are others.</p>
    ${
      circumstances.length === 0
        ? html`<p class="muted">None were noted.</p>`
        : html`<ul class="plain-list">
            ${circumstances.map((line) => html`<li>${line}</li>`)}
          </ul>`
    }
    <p class="muted">All figures are in <code>results.json</code> beside this page.</p>
  </section>`;
}
