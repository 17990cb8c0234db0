import { expect, it } from "vitest";
import { groups } from "./comparison.ts";
import { resultsPage } from "./results-page.ts";
import { runBench } from "./run-bench.ts";
import { textReport } from "./text-report.ts";

const quietly = { phase: () => undefined, progress: () => undefined };

it("measures everything, in a run too short to mean anything", async () => {
  const results = await runBench({ isShort: true, isDurable: false, groups }, quietly);
  expect(new Set(results.comparisons.map(({ group }) => group))).toEqual(new Set(groups));
  for (const { ratios, ratio, measured, baseline } of results.comparisons) {
    for (const value of [...ratios, ...Object.values(ratio), measured, baseline]) {
      expect(value).toBeGreaterThan(0);
      expect(value).toBeLessThan(Infinity);
    }
  }
  for (const { what } of results.comparisons) {
    expect(textReport(results)).toContain(what);
    expect(resultsPage(results)).toContain(what);
  }
});
