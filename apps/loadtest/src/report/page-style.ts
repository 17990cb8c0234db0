/** What the page looks like, in light and in dark: the web client's colours and measures. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --canvas: light-dark(oklch(0.985 0.003 262), oklch(0.17 0.015 265));
  --surface: light-dark(#fff, oklch(0.215 0.017 265));
  --surface-sunken: light-dark(oklch(0.965 0.006 262), oklch(0.195 0.016 265));
  --line: light-dark(oklch(0.905 0.01 262), oklch(0.32 0.02 265));
  --line-strong: light-dark(oklch(0.62 0.02 262), oklch(0.58 0.02 265));
  --ink: light-dark(oklch(0.24 0.03 265), oklch(0.945 0.008 262));
  --ink-muted: light-dark(oklch(0.46 0.025 265), oklch(0.745 0.018 262));
  --accent: light-dark(oklch(0.49 0.2 267), oklch(0.76 0.12 268));
  --accent-soft: light-dark(oklch(0.955 0.025 267), oklch(0.29 0.065 268));
  --good: light-dark(oklch(0.47 0.12 155), oklch(0.79 0.15 155));
  --good-soft: light-dark(oklch(0.955 0.04 155), oklch(0.28 0.05 155));
  --bad: light-dark(oklch(0.51 0.19 25), oklch(0.75 0.15 22));
  --bad-soft: light-dark(oklch(0.96 0.022 20), oklch(0.285 0.065 22));
  --warn: light-dark(oklch(0.49 0.11 70), oklch(0.83 0.13 80));
  --warn-soft: light-dark(oklch(0.965 0.04 85), oklch(0.29 0.05 75));
  --plot-soft: light-dark(oklch(0.77 0.03 265), oklch(0.46 0.03 265));
  --plot-softer: light-dark(oklch(0.9 0.02 265), oklch(0.33 0.025 265));
  --series-1: var(--accent);
  --series-2: light-dark(oklch(0.52 0.1 190), oklch(0.8 0.11 190));
  --series-3: light-dark(oklch(0.55 0.14 50), oklch(0.79 0.13 60));
  --series-4: light-dark(oklch(0.52 0.19 340), oklch(0.78 0.13 340));
  --series-5: light-dark(oklch(0.5 0.12 140), oklch(0.82 0.14 135));
  --series-6: light-dark(oklch(0.45 0.03 265), oklch(0.75 0.03 265));
  --shadow: 0 1px 2px light-dark(rgb(15 23 60 / 0.06), rgb(0 0 0 / 0.4));
  --font: ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  --font-mono: ui-monospace, "SF Mono", "Cascadia Code", "Roboto Mono", Menlo, monospace;
}
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0 auto; max-width: 70rem; padding: 2rem 1rem 4.5rem;
  background: var(--canvas); color: var(--ink);
  font: 400 0.9375rem/1.55 var(--font); -webkit-font-smoothing: antialiased; overflow-wrap: anywhere;
}
h1, h2, h3, p, ul, figure { margin: 0; padding: 0; }
h1, h2, h3 { line-height: 1.2; letter-spacing: -0.015em; text-wrap: balance; }
h1 { font-size: clamp(1.875rem, 1.3rem + 2.4vw, 2.75rem); font-weight: 700; text-wrap: pretty; }
h2 { font-size: 1.25rem; }
h2 code { margin-left: 0.25rem; }
h3 { font-size: 0.9375rem; }
h3.group { margin-top: 2rem; }
ul { list-style: none; }
a { color: var(--accent); text-underline-offset: 0.2em; }
code {
  font: 0.8125rem var(--font-mono); letter-spacing: 0; color: var(--ink-muted);
  padding: 0.1em 0.4em; border-radius: 6px; background: var(--surface-sunken); border: 1px solid var(--line);
}
small { font-size: 0.8125rem; font-weight: 400; color: var(--ink-muted); }
.muted, figcaption { color: var(--ink-muted); font-size: 0.8125rem; }
.what { max-width: 46rem; margin-top: 0.5rem; color: var(--ink-muted); }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 6px; }

header { display: grid; gap: 1rem; padding-bottom: 1rem; }
.product { font-weight: 650; }
.product span { font-weight: 400; color: var(--ink-muted); }
header h1 { max-width: 46rem; padding-left: 1rem; border-left: 5px solid var(--line-strong); }
header.good h1 { border-color: var(--good); }
header.bad h1 { border-color: var(--bad); }
header.warn h1 { border-color: var(--warn); }
nav ul { display: flex; flex-wrap: wrap; gap: 0.5rem; }
nav a {
  display: block; padding: 0.25rem 0.75rem; border: 1px solid var(--line); border-radius: 99px;
  background: var(--surface); color: var(--ink); font-size: 0.8125rem; text-decoration: none;
}
nav a:hover { border-color: var(--accent); color: var(--accent); }

section {
  margin-top: 1.5rem; padding: 1.5rem; border: 1px solid var(--line); border-radius: 14px;
  background: var(--surface); box-shadow: var(--shadow); scroll-margin-top: 1rem;
}
section > * + .scroll, section > .muted, .goals { margin-top: 1rem; }

.notice { padding: 0.75rem 1rem; border-radius: 9px; border: 1px solid currentColor; font-size: 0.9375rem; }
.notice.warn { color: var(--warn); background: var(--warn-soft); }
.notice ul { margin-top: 0.25rem; }
section > .notice { margin-top: 1rem; }
.badge {
  display: inline-block; padding: 0.1rem 0.55rem; border-radius: 99px; font-size: 0.8125rem;
  font-weight: 600; white-space: nowrap; color: var(--ink-muted); background: var(--surface-sunken);
}
.badge.good { color: var(--good); background: var(--good-soft); }
.badge.bad { color: var(--bad); background: var(--bad-soft); }
.badge.warn { color: var(--warn); background: var(--warn-soft); }
.bad-text { color: var(--bad); font-weight: 600; }
.findings { display: grid; gap: 0.35rem; margin-top: 1rem; max-width: 52rem; }
header .findings { margin-top: 0; }
.findings li { display: grid; grid-template-columns: 1.25rem 1fr; }
.findings .mark { font-weight: 700; color: var(--ink-muted); }
.findings .good .mark { color: var(--good); }
.findings .bad, .findings .bad .mark { color: var(--bad); }
.plain-list { margin-top: 1rem; display: grid; gap: 0.25rem; }
.plain-list li { padding-left: 0.9rem; border-left: 2px solid var(--line); }

.scroll { overflow-x: auto; margin-inline: -0.25rem; padding-inline: 0.25rem; }
table { border-collapse: collapse; width: 100%; font-size: 0.8125rem; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
caption { text-align: left; font-weight: 600; font-size: 0.9375rem; padding: 0.5rem 0 0.25rem; }
th, td { padding: 0.5rem 0 0.5rem 1rem; border-bottom: 1px solid var(--line); vertical-align: top; text-align: right; white-space: nowrap; }
thead th { font-weight: 500; color: var(--ink-muted); vertical-align: bottom; white-space: normal; }
thead small { white-space: nowrap; }
tbody tr:last-child > * { border-bottom: 0; }
:is(th, td):first-child { padding-left: 0; }
:is(th, td).text { text-align: left; }
td.text { white-space: normal; min-width: 9rem; }
tbody th { font-weight: 600; white-space: normal; min-width: 8.5rem; overflow-wrap: anywhere; }
td small, tbody th small { display: block; white-space: nowrap; }
tr.part th { font-weight: 400; padding-left: 1rem; }
tr.part :is(th, td), tr:has(+ .part) :is(th, td) { border-bottom-color: transparent; padding-bottom: 0.15rem; }
tr.part :is(th, td) { padding-top: 0.15rem; }
tr.part:not(:has(+ .part)) :is(th, td) { border-bottom-color: var(--line); padding-bottom: 0.5rem; }
tr.doubtful td:nth-last-child(-n+5) { color: var(--ink-muted); text-decoration: line-through; }

.goals { font-size: 0.9375rem; }
.goals :is(th, td) { text-align: left; white-space: normal; overflow-wrap: anywhere; }
.goals tbody th { font-weight: 500; width: 42%; }

.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(27rem, 100%), 1fr)); gap: 2rem 2rem; margin-top: 2rem; }
.figures:empty { display: none; }
.more .figures { margin-top: 1rem; }
figure { min-width: 0; }
figure.whole { margin-top: 1.5rem; }
figure.half .plot { max-width: 34rem; }
figure h3 { margin-bottom: 0.5rem; }
.plot svg { display: block; width: 100%; height: auto; }
.plot text { font-family: var(--font); }
.on-narrow { display: none; }
@media (min-width: 64rem) {
  /* One that is left over has its words beside it. */
  figure.half:last-child:nth-child(odd) { grid-column: 1 / -1; display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); grid-template-rows: auto auto 1fr; column-gap: 2rem; }
  figure.half:last-child:nth-child(odd) h3 { grid-area: 1 / 1; }
  figure.half:last-child:nth-child(odd) .plot { grid-area: 2 / 1 / 4 / 2; }
  figure.half:last-child:nth-child(odd) figcaption { grid-area: 2 / 2; }
  figure.half:last-child:nth-child(odd) details { grid-area: 3 / 2; }
}
figcaption { max-width: 52rem; margin-top: 0.5rem; }
.legend { display: flex; flex-wrap: wrap; gap: 0.15rem 1rem; margin-bottom: 0.35rem; color: var(--ink); }
.legend .key { width: 14px; height: 4px; margin-right: 0.35rem; vertical-align: middle; }
details { margin-top: 0.5rem; font-size: 0.8125rem; }
summary { cursor: pointer; color: var(--ink-muted); padding-block: 0.25rem; width: fit-content; }
summary:hover { color: var(--accent); }
details .scroll { max-height: 24rem; overflow: auto; }
.more { margin-top: 1.5rem; border-top: 1px solid var(--line); padding-top: 0.75rem; }
.more > summary { font-size: 0.9375rem; font-weight: 600; color: var(--ink); }
.empty p { margin-top: 0.5rem; color: var(--ink-muted); }

@media (max-width: 43rem) {
  body { padding-top: 1.25rem; }
  section { padding: 1.25rem 1rem; margin-inline: -0.25rem; }
  .on-wide { display: none; }
  .on-narrow { display: block; }
  thead th { min-width: 4.75rem; }
  tbody th { min-width: 7rem; }
  tbody th small { white-space: normal; }
  .goals, .goals tbody, .goals tr, .goals th, .goals td { display: block; }
  .goals thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .goals tr { padding: 0.75rem 0; border-bottom: 1px solid var(--line); }
  .goals tr:last-child { border-bottom: 0; }
  .goals :is(th, td) { padding: 0.1rem 0; border: 0; width: auto; }
  .goals tbody th { width: auto; font-weight: 600; }
  .goals td[data-name]::before { content: attr(data-name) " "; color: var(--ink-muted); }
}
@media print {
  body { background: none; max-width: none; }
  section { break-inside: avoid-page; box-shadow: none; }
  nav { display: none; }
}
`;
