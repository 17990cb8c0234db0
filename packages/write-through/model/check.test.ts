import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, it } from "vitest";

import { rules } from "./rules.ts";
import { spinVersion } from "./run-spin.ts";

const folder = import.meta.dirname;
const hasSpin = (await spinVersion()) !== undefined;
const reason = hasSpin ? "" : " (skipped: it needs spin and gcc)";
/** Fifteen times what it takes on a core of its own. */
const limitMs = 600_000;

it("each rule that the model can leave out is listed, and no other", () => {
  const inModel = readdirSync(folder)
    .filter((file) => file.endsWith(".pml"))
    .flatMap((file) => [
      ...readFileSync(join(folder, file), "utf8").matchAll(/NO_RULE_([A-Z_]{2,})/g),
    ])
    .map(([, name]) => name);
  expect(new Set(rules.map(({ name }) => name))).toEqual(new Set(inModel));
});

it.skipIf(!hasSpin)(
  `spin finds no error in the protocol, and one in each protocol without a rule${reason}`,
  () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(folder, "check.ts"), "--short"],
      { encoding: "utf8", timeout: limitMs },
    );
    expect(stdout + stderr).toContain(" 0 not as expected");
    expect(status).toBe(0);
  },
  limitMs,
);
