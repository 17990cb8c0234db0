import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

test("Node's own test runner runs it, and its process ends by itself", async () => {
  const script = fileURLToPath(new URL("../test/under-node-test.ts", import.meta.url));
  const args = ["--conditions=@portcullis/source", "--test", "--test-reporter=tap", script];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    timeout: 50_000,
    // Node's runner does nothing in a process that says that it is one of its own.
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
  });
  expect(stdout).toContain("\n# pass 2\n");
  expect(stdout).toContain("\n# fail 0\n");
});
