/** What all pages look like, in light and in dark. */
export const pageStyle: string = `
:root { --page: #fff; --text: #1c2430; --soft: #5b6675; --line: #dde3ea; --panel: #f5f7fa;
  --good: #17803d; --bad: #c0261c; }
@media (prefers-color-scheme: dark) {
  :root { --page: #12161c; --text: #e4e9f0; --soft: #97a3b3; --line: #2b333e; --panel: #1a2029;
    --good: #4cc274; --bad: #ff7a6e; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 68rem; padding: 1.25rem; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.45rem; line-height: 1.25; margin: .2rem 0 .4rem; text-wrap: balance; }
h2 { font-size: 1.05rem; margin: 2rem 0 .6rem; }
h3 { font-size: 1rem; margin: 1rem 0 0; }
p { margin: .3rem 0; max-width: 46rem; }
code { background: var(--panel); border: 1px solid var(--line); border-radius: 4px; padding: .1rem .4rem; white-space: nowrap; font-size: .85rem; }
.note, small { color: var(--soft); font-size: .85rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .25rem .9rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 500; }
td { white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
.plot svg { display: block; width: 100%; min-width: 44rem; }
svg text { font: 12px system-ui, sans-serif; fill: var(--text); }
svg .label { fill: var(--soft); }
`;
