import { describe, expect, it } from "vitest";
import type { Results } from "../results.ts";
import { emptyResults, fullResults, madeUpLatency, madeUpRun } from "./made-up-results.ts";
import { reportPage } from "./report-page.ts";
import { textReport } from "./text-report.ts";

const evil = `$'$&</title></style></svg><script src="https://evil.example/">'"&\u{1b}[2J\u{202e}`;

/** The same results, with every text in them replaced but the words that types allow. */
function withTexts(value: unknown, text: string): unknown {
  if (typeof value === "string") return isWordOfType(value) ? value : text;
  if (Array.isArray(value)) return value.map((item) => withTexts(item, text));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key === "timeout" || key === "read" ? text : key,
      withTexts(inner, text),
    ]),
  );
}

function isWordOfType(value: string): boolean {
  return /^(?:good|bad|plain|open|closed|reached|missed|not measured|not resolved)$/.test(value);
}

function runsOf(...runs: readonly ReturnType<typeof madeUpRun>[]): Results {
  const scenario = { name: "made-up", title: "Made up", what: "Nothing.", runs, findings: [] };
  return { ...emptyResults, scenarios: [scenario] };
}

const wholePage = reportPage(fullResults);

describe("the page", () => {
  it("of a whole run has every part, and says what was missed", () => {
    for (const { title } of fullResults.scenarios) expect(wholePage).toContain(`${title} <code>`);
    for (const { goal } of fullResults.goals) {
      expect(wholePage).toContain(goal.replace("'", "&#39;"));
    }
    for (const { name, what } of fullResults.comparison?.contestants ?? []) {
      expect(wholePage).toContain(name);
      expect(wholePage).toContain(what.replace("'", "&#39;"));
    }
    for (const line of fullResults.circumstances) expect(wholePage).toContain(line);
    expect(wholePage).toContain("<h1>1 of 5 goals missed</h1>");
    expect(wholePage).not.toContain("cut short");
    expect(wholePage).not.toContain("smoke run");
  });

  it("of nothing says so", () => {
    const page = reportPage(emptyResults);
    expect(page).toContain("Nothing was measured");
    expect(page).not.toContain("<svg");
  });

  it("of a scenario without a load has its findings, or says that there is nothing", () => {
    const [scenario] = runsOf().scenarios;
    const finding = { tone: "plain" as const, text: "It took 3 ms." };
    const nothing = reportPage(runsOf());
    expect(nothing).toContain("Nothing of it was measured");
    const page = reportPage({
      ...emptyResults,
      scenarios: scenario === undefined ? [] : [{ ...scenario, findings: [finding] }],
    });
    expect(page).toContain("It took 3 ms.");
    expect(page).not.toContain("Nothing of it was measured");
  });

  it("of a run that was cut short says so and why, and shows the rest", () => {
    const run = madeUpRun({ label: "the only one" });
    const page = reportPage({ ...runsOf(run), cutShort: "Somebody pressed Ctrl-C." });
    expect(page).toContain("This run was cut short.");
    expect(page).toContain("Somebody pressed Ctrl-C.");
    expect(page).toContain("the only one");
  });

  it("of a smoke run says that its figures mean nothing", () => {
    expect(reportPage({ ...fullResults, isShort: true })).toContain("This was a smoke run.");
  });

  it("warns beside the latencies of a generator in trouble", () => {
    const calm = reportPage(runsOf(madeUpRun()));
    expect(calm).not.toMatch(/<tr class="doubtful"|Dashed/);
    const troubled = reportPage(runsOf(madeUpRun({ generatorTrouble: "It was out of breath." })));
    expect(troubled).toMatch(/not to be\s+believed/);
    expect(troubled).toContain("It was out of breath.");
    expect(troubled).toContain('<tr class="doubtful">');
  });

  it("of a run without an answer has no time and no plot of one", () => {
    const none = { ...madeUpLatency(0), count: 0, curve: [] };
    const run = madeUpRun({
      requests: 3,
      failures: { connection: 3 },
      latency: none,
      timeline: [0, 1].map((atSeconds) => ({ atSeconds, requests: 1, failed: 1, p50: 0, p99: 0 })),
    });
    const page = reportPage(runsOf(run));
    expect(page).toContain("connection");
    expect(page).not.toContain("Latency by percentile");
    expect(page).not.toContain("0.00 ms");
  });

  it("never shows what is no amount", () => {
    const none = { count: 5, p50: -1, p90: -1, p99: Number.NaN, p999: -1, max: -1, curve: [] };
    const results = runsOf(
      madeUpRun({ latency: none, requestsPerSecond: Number.NaN, timeline: [] }),
    );
    for (const shown of [visibleText(reportPage(results)), textReport(results)]) {
      expect(shown).not.toMatch(/NaN|Infinity|undefined|-1\b/);
    }
  });

  it("shows no text as markup, in a plot or outside", () => {
    const results = withTexts(fullResults, evil) as Results;
    const page = reportPage(results);
    for (const unwanted of ["<script", "\u{1b}", "\u{202e}"]) expect(page).not.toContain(unwanted);
    expect(page.match(/<\/title>|<\/style>/g)).toHaveLength(2);
    expect(page).toContain("&lt;script");
    expect(page).not.toMatch(/ aria-label="[^"]*</);
  });

  it("asks nobody for anything", () => {
    expect(wholePage).not.toMatch(/https?:|\/\/[a-z]|@import|<link|<script|<img|<iframe/i);
    expect(
      [...wholePage.matchAll(/url\(([^)]*)\)/g)].filter(([, to]) => !to?.startsWith("#")),
    ).toEqual([]);
    expect(
      [...wholePage.matchAll(/ (?:href|src)="([^"]*)"/g)].every(([, to]) => to?.startsWith("#")),
    ).toBe(true);
  });

  it("leaves no style to the content security policy to refuse", () => {
    expect(wholePage).toContain("default-src &#39;none&#39;; style-src &#39;sha256-");
    expect(wholePage.match(/<style/g)).toHaveLength(1);
    expect(wholePage).not.toMatch(/ style="/);
  });
});

describe("the text for a terminal", () => {
  it("has the headline, the runs, the comparison and the goals", () => {
    const text = textReport(fullResults);
    expect(text.split("\n")[0]).toBe("1 of 5 goals missed");
    expect(text).toContain("10 000 tokens");
    expect(text).toContain("better-auth-database");
    expect(text).toContain("? ");
    for (const { goal, verdict } of fullResults.goals) {
      expect(text).toContain(`${verdict.padEnd(12)}  ${goal}`);
    }
  });

  it("does not let a name steer the terminal", () => {
    const text = textReport(withTexts(fullResults, evil) as Results);
    for (const unwanted of ["\u{1b}", "\u{202e}"]) expect(text).not.toContain(unwanted);
  });

  it("says what was cut short", () => {
    const text = textReport({ ...emptyResults, cutShort: "Postgres could not be started." });
    expect(text).toContain("Cut short: Postgres could not be started.");
  });
});

function visibleText(page: string): string {
  return page
    .replace(/<head>[\s\S]*<\/head>/, "")
    .replaceAll(/<svg[\s\S]*?<\/svg>/g, (svg) => svg.replaceAll(/<[^>]*>/g, " "))
    .replaceAll(/<[^>]*>/g, " ");
}
