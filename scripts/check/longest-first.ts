import type { TestSpecification } from "vitest/node";
import { BaseSequencer } from "vitest/node";

/** Files that take a minute and more, the longest first; one that began last would run alone. */
export const longFiles: readonly string[] = [
  "packages/write-through/nemesis/nemesis.test.ts",
  "apps/web/test/pages.browser.test.ts",
  "apps/server/src/main.test.ts",
  "packages/write-through/simulation/simulate.test.ts",
  "packages/write-through/model/check.test.ts",
  "apps/loadtest/src/loadtest.test.ts",
  "apps/server/src/cli/command-line.test.ts",
];

/** Runs the longest files first, and the others as Vitest does, one project after the other. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- Vitest's method, and no array's.
    const usual = await super.sort(files);
    const long = longFiles.flatMap((name) =>
      usual.filter(({ moduleId }) => moduleId.endsWith(`/${name}`)),
    );
    return [...long, ...usual.filter((file) => !long.includes(file))];
  }
}
