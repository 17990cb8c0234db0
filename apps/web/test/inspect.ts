import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { BrowserContext, Page } from "playwright-core";

const axePath = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const axeSource = await readFile(axePath, "utf8");
const axeTags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

interface Inspected {
  readonly axe: { readonly run: (root: Document, options: object) => Promise<AxeResults> };
  readonly shifts: Shift[];
}

interface Shift {
  /** 0 for nothing, 1 for everything that is seen by the height of the window. */
  readonly score: number;
  readonly moved: string;
}

/** What browsers tell of a shift; TypeScript does not know it. */
interface LayoutShift extends PerformanceEntry {
  readonly value: number;
  readonly sources: readonly { readonly node?: Element | null }[];
}

/** Lets the pages of a context be inspected: before the first is opened. */
export async function allowInspection(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const page = window as unknown as Inspected;
    Object.assign(page, { shifts: [] });
    new PerformanceObserver((list) => {
      for (const { value: score, sources } of list.getEntries() as LayoutShift[]) {
        const moved = sources.map(({ node }) => `${node?.nodeName} ${node?.className}`).join(", ");
        page.shifts.push({ score, moved });
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
}

/** What keeps people from using the page, one line each. */
export async function findBarriers(page: Page): Promise<readonly string[]> {
  // Once a page: half a megabyte takes longer to read than a page to inspect.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axeSource);
  const { violations } = await page.evaluate(
    (tags) =>
      (window as unknown as Inspected).axe.run(document, {
        runOnly: { type: "tag", values: tags },
        resultTypes: ["violations"],
      }),
    axeTags,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary ?? ""}`),
  );
}

/** What has moved since the page was opened, without anybody having done anything. */
export function shiftsOf(page: Page): Promise<readonly Shift[]> {
  return page.evaluate(() => (window as unknown as Inspected).shifts);
}

/** By how many pixels the page is wider than the window. */
export function overflowOf(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth - clientWidth;
  });
}
