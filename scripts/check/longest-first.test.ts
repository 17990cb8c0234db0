import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { longFiles } from "./longest-first.ts";
import { root } from "./root.ts";

it.each(longFiles)("%s is there", (name) => {
  expect(existsSync(join(root, name))).toBe(true);
});
