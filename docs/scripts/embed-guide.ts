// The guide shows files of an example, whose smoke test runs them: this copies them into the blocks
// that name them (```ts file=PATH). `--check` fails when a copy is stale.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
const target = join(root, "docs/add-to-an-app.md");
const block = /(?<start>```tsx? file=(?<path>\S+)\n)(?:[^]*?\n)??(?<end>```\n)/g;

const guide = readFileSync(target, "utf8");
const current = guide.replaceAll(block, (...match) => {
  const { start, path, end } = match.at(-1) as Record<"start" | "path" | "end", string>;
  return `${start}${readFileSync(join(root, path), "utf8")}${end}`;
});

if (!process.argv.includes("--check")) {
  writeFileSync(target, current);
} else if (current !== guide) {
  console.error(`${target} is stale: run \`pnpm generate\``);
  process.exitCode = 1;
}
