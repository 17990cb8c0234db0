import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const run = promisify(execFile);
const program = fileURLToPath(new URL("main.ts", import.meta.url));

it.each([
  ["two nodes", [], "Node B refuses the laptop's old token"],
  ["one embedded node", ["--embedded"], "The node refuses the laptop's old token"],
])(
  "shows the promise kept, with %s",
  async (_what, options, line) => {
    const { stdout } = await run(process.execPath, [
      "--conditions=@portcullis/source",
      program,
      ...options,
    ]);
    expect(stdout).toContain(line);
    expect(stdout).toContain("All as promised");
  },
  70_000,
);
