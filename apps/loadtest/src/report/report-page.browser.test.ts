import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { startBrowser } from "@portcullis/test-servers";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Results } from "../results.ts";
import { emptyResults, fullResults, madeUpRun } from "./made-up-results.ts";
import { textPx } from "./plot.ts";
import { writeReport } from "./write-report.ts";

interface Look {
  readonly widthPx: number;
  readonly scheme: "light" | "dark";
}

const widthsPx = [1280, 768, 390] as const;
const schemes = ["light", "dark"] as const;
const looks: readonly Look[] = widthsPx.flatMap((widthPx) =>
  schemes.map((scheme) => ({ widthPx, scheme })),
);
const leastLetterPx = 9;

let browser: Browser;
let folder: string;

beforeAll(async () => {
  [browser, folder] = await Promise.all([
    startBrowser(),
    mkdtemp(join(tmpdir(), "portcullis-report-")),
  ]);
});

afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
});

/** Opens a file, and gathers what the browser has to say about it. */
async function open(file: string, { widthPx, scheme }: Look) {
  const page = await browser.newPage({
    viewport: { width: widthPx, height: 844 },
    colorScheme: scheme,
  });
  const address = pathToFileURL(file).href;
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", ({ message }) => complaints.push(message));
  page.on("request", (request) => {
    if (request.url() !== address) complaints.push(`asked for ${request.url()}`);
  });
  await page.goto(address);
  return { page, complaints, [Symbol.asyncDispose]: () => page.close() };
}

async function writePage(results: Results): Promise<string> {
  const { page } = await writeReport(results, join(folder, "of/a run"));
  return page;
}

function unfold(page: Page): Promise<unknown> {
  return page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))");
}

/** By how many pixels the page is wider than the window. */
function overflowOf(page: Page): Promise<number> {
  return page.evaluate<number>(
    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
  );
}

const longName = "a-name-without-any-place-to-break-it-".repeat(8);
const longNames: Results = {
  ...emptyResults,
  circumstances: [longName],
  goals: [{ goal: longName, wanted: longName, measured: longName, verdict: "reached" }],
  scenarios: [
    {
      name: longName,
      title: longName,
      what: longName,
      runs: [
        madeUpRun({ label: longName, failures: { [longName]: 3 } }),
        madeUpRun({ label: longName, generatorTrouble: longName }),
      ],
      findings: [{ tone: "bad", text: longName }],
    },
  ],
};

describe.each<[string, Results]>([
  ["a whole run", fullResults],
  ["a smoke run that was cut short", { ...fullResults, isShort: true, cutShort: "By Ctrl-C." }],
  ["nothing", { ...emptyResults, cutShort: "Postgres could not be started." }],
  ["long names", longNames],
])("the page of %s", (_kind, results) => {
  it("fits every width in light and in dark, and the browser has nothing to say", async () => {
    const file = await writePage(results);
    for (const look of looks) {
      await using opened = await open(file, look);
      const folded = await overflowOf(opened.page);
      await unfold(opened.page);
      const unfolded = await overflowOf(opened.page);
      const { complaints } = opened;
      expect({ ...look, folded, unfolded, complaints }).toEqual({
        ...look,
        folded: 0,
        unfolded: 0,
        complaints: [],
      });
    }
  });
});

it("draws its plots in the colours of the scheme", async () => {
  const file = await writePage(fullResults);
  const colors: string[] = [];
  for (const scheme of schemes) {
    await using opened = await open(file, { widthPx: 1280, scheme });
    colors.push(
      await opened.page.evaluate<string>(
        "getComputedStyle(document.querySelector('#scenario-1 .on-wide [stroke=\"var(--series-1)\"]')).stroke",
      ),
    );
  }
  expect(new Set(colors).size).toBe(2);
  for (const color of colors) expect(color).toMatch(/^(?:rgb|oklch)/);
});

it("shows one drawing of each plot, with letters that can be read", async () => {
  const file = await writePage(fullResults);
  for (const widthPx of widthsPx) {
    await using opened = await open(file, { widthPx, scheme: "light" });
    await unfold(opened.page);
    const drawings = await opened.page.locator(".plot > svg:visible").all();
    expect(drawings).toHaveLength(await opened.page.locator("figure").count());
    for (const drawing of drawings) {
      const [, , drawnPx = ""] = (await drawing.getAttribute("viewBox"))?.split(" ") ?? [];
      const { width: shownPx = 0 } = (await drawing.boundingBox()) ?? {};
      expect((textPx * shownPx) / Number(drawnPx)).toBeGreaterThan(leastLetterPx);
    }
  }
});

it("is written with the figures beside it, over what was there", async () => {
  await writeReport(fullResults, folder);
  const { page, json } = await writeReport(emptyResults, folder);
  expect(await readFile(page, "utf8")).toContain("Nothing was measured");
  const { cutShort: _none, comparison: _neither, ...others } = emptyResults;
  expect(JSON.parse(await readFile(json, "utf8"))).toEqual(others);
});
