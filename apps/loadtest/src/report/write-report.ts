import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Results } from "../results.ts";
import { reportPage } from "./report-page.ts";

/**
 * Writes the results as a page for people and as JSON for programs, over those that are there.
 *
 * @param folder is made if it is not there.
 * @returns where they are: absolute paths.
 */
export async function writeReport(
  results: Results,
  folder: string,
): Promise<{ page: string; json: string }> {
  const page = join(resolve(folder), "report.html");
  const json = join(resolve(folder), "results.json");
  await mkdir(folder, { recursive: true });
  // The figures first: they are worth more than their picture.
  await writeFile(json, `${JSON.stringify(results, undefined, 2)}\n`);
  await writeFile(page, reportPage(results));
  return { page, json };
}
