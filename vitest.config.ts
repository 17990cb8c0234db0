import { globSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { defineConfig } from "vitest/config";

import { LongestFirst } from "./scripts/check/longest-first.ts";

const sourceCondition = "@portcullis/source";

export default defineConfig({
  resolve: { conditions: [sourceCondition] },
  ssr: { resolve: { conditions: [sourceCondition] } },
  test: {
    projects: globSync(["packages/*", "apps/*", "test", "scripts"]).map((folder) => ({
      extends: true,
      test: { name: folder, include: [`${folder}/**/*.test.ts`] },
    })),
    exclude: ["**/node_modules/**", "**/dist/**"],
    globalSetup: ["./packages/test-servers/src/vitest-global-setup.ts"],
    // A file begins with the modules that the one before has loaded: to load them anew for each takes
    // a tenth of the time. What a test replaces in them is put back after it.
    isolate: false,
    restoreMocks: true,
    unstubGlobals: true,
    unstubEnvs: true,
    sequence: { sequencer: LongestFirst },
    // Each drives servers and browsers of its own and waits for them: three keep two cores busy.
    maxWorkers: 3,
    // The service is started as a process a hundred times, and reads five hundred files each time.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL(".cache/compiled", import.meta.url)) },
    // What a test waits for has a deadline of its own; this one ends a test that waits for nothing.
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
