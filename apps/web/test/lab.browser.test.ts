import { setLab } from "@portcullis/app-server/lab-stage";
import { startBrowser } from "@portcullis/test-servers";
import { temporaryFolder } from "@portcullis/app-server/test-service";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writePages } from "./built-pages.ts";
import { createVisits, type Visits } from "./visit.ts";

/** Three nodes on real servers, as `pnpm lab` starts them. */
const started = new AsyncDisposableStack();
let visits: Visits;

const silent = { line() {}, chapter() {}, step: <T>(_: string, work: () => Promise<T>) => work() };

beforeAll(async () => {
  const pages = started.use(await temporaryFolder());
  const browser = started.use(await startBrowser());
  await writePages(pages.path);
  const { url } = await setLab(silent, started, pages.path);
  visits = createVisits(browser, new URL(url).origin);
}, 120_000);
afterAll(() => started.disposeAsync());

/** A column of the facts about a check. */
async function facts(page: Page, check: string, column: number): Promise<string[]> {
  const rows = page
    .getByRole("rowgroup")
    .filter({ has: page.getByRole("rowheader", { name: check, exact: true }) })
    .getByRole("row");
  const cells = await rows.evaluateAll(
    (found, index) => found.map((row) => row.querySelectorAll("td")[index]?.textContent ?? ""),
    column,
  );
  return cells.filter((text) => text !== "");
}

const [nodeColumn, acceptedAfterColumn, refusedAfterColumn] = [0, 3, 4];

describe("three nodes", () => {
  it.each([
    ["undisturbed", []],
    ["with Redis flushed before", ["Flush: Redis"]],
    ["with Redis and a node paused", ["Pause: Redis", "Pause: Node B"]],
  ])("accept no call that begins after the log-out has returned, %s", async (_, faults) => {
    const { open } = await visits.enter();
    const page = await open("/lab");
    const acceptedBy = new Set<string>();
    page.on("response", (response) => {
      const { origin, pathname } = new URL(response.url());
      if (pathname.endsWith("/lab.checked") && response.ok()) acceptedBy.add(origin);
    });
    await page.getByRole("button", { name: "Start", exact: true }).click();
    const everywhere = page.getByRole("button", { name: "Log out everywhere" });
    await everywhere.waitFor({ timeout: 30_000 });
    await expect.poll(() => acceptedBy.size, { timeout: 30_000 }).toBe(3);
    expect(new Set(await facts(page, "Portcullis", nodeColumn))).toEqual(new Set(["A", "B", "C"]));

    for (const fault of faults) await page.getByRole("button", { name: fault }).click();
    await everywhere.click();
    const verdict = page.getByRole("region", { name: "Verdict" });
    await expect.poll(() => verdict.textContent(), { timeout: 40_000 }).toMatch(/^0 of \d{2,}/);
    // The others have not noticed, which is what the lab is there to show.
    for (const check of ["Stateless JWT", "Five-minute cache"]) {
      await expect
        .poll(
          async () =>
            (await facts(page, check, acceptedAfterColumn)).map(Number).some((n) => n > 0),
          {
            timeout: 30_000,
          },
        )
        .toBe(true);
    }
    const refused = await facts(page, "Portcullis", refusedAfterColumn);
    expect(refused.map(Number).some((count) => count > 0)).toBe(true);
    expect(new Set(await facts(page, "Portcullis", acceptedAfterColumn))).toEqual(new Set(["0"]));

    if (faults.includes("Pause: Redis")) {
      for (const name of ["Go on: Redis", "Go on: Node B"]) {
        await page.getByRole("button", { name }).click();
      }
    }
    const complaints = await visits.leave();
    expect(complaints.filter((complaint) => complaint.startsWith("policy:"))).toEqual([]);
  });
});
