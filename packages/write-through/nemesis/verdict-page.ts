import type { Violation } from "../simulation/history.ts";
import { escaped } from "../html/escaped.ts";
import { pageStyle } from "../html/page-style.ts";
import { table } from "../html/table.ts";
import { clockTime, lengthOfTime, minutes } from "./in-words.ts";
import { aftermathMs, type Span } from "./service-record.ts";
import { timelinePlot } from "./timeline-plot.ts";
import type { Verdict } from "./verdict.ts";

/** What each rule of the checkers means. */
const meanings: Readonly<Record<string, string>> = {
  "stale read": "A read returned a version that had surely been replaced before the read began.",
  "read of what was not committed":
    "A read ended with a version before any write can have committed it.",
  "an operation did not end": "Everything was mended, and an operation still had no answer.",
  "writes do not add up": "What writers were told is not what Postgres holds.",
  "not what Postgres holds at the end":
    "Nobody wrote any more and everything was mended, and a node still read another version.",
  "the cache is not used again": "Everything was mended, and reads still went to Postgres.",
  "a process ended by itself": "A node ended although nobody had ended it.",
};

/** The verdict as one HTML page that needs nothing else. */
export function verdictPage(verdict: Verdict): string {
  const { isKept, headline, command, cache, workMs } = verdict;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${isKept ? "Kept" : "Broken"}: ${escaped(headline)}</title>
<style>${style}</style>
</head>
<body>
<header class="${isKept ? "kept" : "broken"}">
<p class="badge">${isKept ? "The promise was kept" : "The promise was broken"}</p>
<h1>${escaped(headline)}</h1>
<p>${escaped(cache)} in ${verdict.nodes.length} processes, for ${minutes(workMs)}</p>
<p class="scroll"><code>${escaped(command)}</code></p>
</header>
<main>
${violationsSection(verdict.violations)}
<section>
<h2>What was served, and what went wrong meanwhile</h2>
<div class="scroll plot">${timelinePlot(verdict)}</div>
</section>
<section>
<h2>Longest time without a served operation</h2>
${table(
  ["", "reads", "writes", "faults there or just mended"],
  verdict.gaps.map(({ who, reads, writes }) => [
    escaped(who),
    gapCell(reads),
    gapCell(writes),
    list([...new Set([...reads.during, ...writes.during])]),
  ]),
)}
<p class="note">A node that is killed or frozen serves nothing, and that counts. A client asks again after 10 to 30 ms (reads) or 100 to 300 ms (writes).</p>
</section>
<section>
<h2>Latency of what was served</h2>
${table(
  ["", "count", "median", "99 %", "longest"],
  verdict.latencies.map(({ what, count, medianMs, p99Ms, longestMs }) => [
    escaped(what),
    number(count),
    time(medianMs),
    time(p99Ms),
    time(longestMs),
  ]),
)}
<p class="note">Under fault: while a fault was there, on any node, and until ${aftermathMs / 1000} s after it was mended.</p>
</section>
<div class="columns">
<section class="wraps">
<h2>Outcomes</h2>
${table(
  ["", "count"],
  verdict.outcomes.map(({ name, count }) => [escaped(name), number(count)]),
)}
<p class="note">Unknown: the commit was sent and not answered. Refused: nothing was changed.</p>
</section>
${eventsSection(verdict.events)}
</div>
<section>
<h2>Faults</h2>
${table(
  ["at", "for", "what"],
  verdict.faults.map(({ victim, event, startMs, endMs }) => [
    clockTime(startMs),
    time(endMs - startMs),
    `<b>${escaped(victim)}</b> ${escaped(event)}`,
  ]),
)}
</section>
<section>
<h2>How it was judged</h2>
<p>A write adds one to the version of its rows. It announced the version before its commit was sent, so the version cannot have come earlier; it came before the write returned, and before any read of it ended. Each read must have returned a version that Postgres may have held at some moment of the read. When everything was mended and nobody wrote any more, every node had to read what Postgres holds, from its cache.</p>
</section>
</main>
</body>
</html>
`;
}

function eventsSection(events: Verdict["events"]): string {
  if (events.length === 0) return "";
  const rows = events.map(({ name, count }) => [escaped(name.replaceAll("_", " ")), number(count)]);
  return `<section><h2>Inside the caches</h2>${table(["event", "count"], rows)}</section>`;
}

function violationsSection(violations: readonly Violation[]): string {
  if (violations.length === 0) return "";
  const rules = Map.groupBy(violations, ({ rule }) => rule);
  const parts = [...rules].map(
    ([rule, found]) =>
      `<h3>${escaped(rule)}</h3><p>${escaped(meanings[rule] ?? "")}</p>` +
      `<ul class="scroll">${found.map(({ detail }) => `<li>${escaped(detail)}</li>`).join("")}</ul>`,
  );
  return `<section class="violations"><h2>Violations</h2>${parts.join("")}<p class="note">Times are milliseconds of the run. A version is current while Postgres may have held it.</p></section>`;
}

function gapCell({ startMs, endMs }: Span): string {
  return `${time(endMs - startMs)} <small>at ${clockTime(startMs)}</small>`;
}

function list(items: readonly string[]): string {
  return items.map((item) => `<div>${escaped(item)}</div>`).join("");
}

function number(value: number): string {
  return value.toLocaleString("en");
}

function time(ms: number | undefined): string {
  return ms === undefined ? "–" : lengthOfTime(ms);
}

const style = `${pageStyle}
:root { --reads: #2563c9; --writes: #0f8a7a; --fault: #d9480f; }
@media (prefers-color-scheme: dark) {
  :root { --reads: #6aa5ff; --writes: #3fc7b3; --fault: #ff8a4c; }
}
header { border-left: 5px solid var(--good); padding-left: 1rem; }
header.broken { border-color: var(--bad); }
.badge { margin: 0; font-weight: 650; color: var(--good); }
.broken .badge, .violations h3 { color: var(--bad); }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); gap: 0 2.5rem; }
td:last-child:has(b, div), th:last-child:nth-child(n+3) { text-align: left; }
td:has(div, b) { white-space: normal; min-width: 15rem; }
.wraps td:first-child { white-space: normal; overflow-wrap: anywhere; }
.violations ul { max-height: 16rem; overflow: auto; padding-left: 1.1rem; }
.violations li { font-variant-numeric: tabular-nums; }
svg .name { font-weight: 600; }
svg .name.reads { fill: var(--reads); }
svg .name.writes { fill: var(--writes); }
svg .area { fill-opacity: .55; stroke-width: 1; stroke-linejoin: round; }
svg .area.reads { fill: var(--reads); stroke: var(--reads); }
svg .area.writes { fill: var(--writes); stroke: var(--writes); }
svg .axis, svg .grid { stroke: var(--line); }
svg .shade { fill: var(--fault); fill-opacity: .1; }
svg .bar { fill: var(--fault); fill-opacity: .85; }
`;
