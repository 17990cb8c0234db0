import { writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Packed } from "./pack.ts";
import { pnpm } from "./run.ts";

/** Installs a project that knows the tarballs and nothing of the workspace. */
export function installOutside(folder: string, packed: readonly Packed[]): void {
  const overrides = packed.map(({ name, tarball }) => `  "${name}": "file:${tarball}"\n`);
  // A workspace of its own, or pnpm would look for one above; nothing in it builds anything.
  const workspace = `packages: ["."]\nstrictDepBuilds: false\noverrides:\n${overrides.join("")}`;
  writeFileSync(join(folder, "pnpm-workspace.yaml"), workspace);
  pnpm(["install", "--prefer-offline"], folder);
}
