// Deletes what the tools make: a stale build or cache can show errors that are not in the sources.
import { globSync, rmSync } from "node:fs";

const made = [
  "{packages,apps}/*/dist",
  "{packages,apps}/*/.cache",
  "test/.cache",
  "**/*.tsbuildinfo",
];

for (const path of globSync(made, { exclude: ["**/node_modules"] })) {
  rmSync(path, { recursive: true });
  console.log(`deleted ${path}`);
}
