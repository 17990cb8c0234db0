import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import type { Results } from "./results.ts";

const program = fileURLToPath(new URL("main.ts", import.meta.url));

test("wrong use is refused with what would be right, before anything is started", async () => {
  const { exitCode, stderr } = await start(["no-such-scenario"]).ended;
  expect(exitCode).toBe(2);
  expect(stderr).toContain('There is no scenario "no-such-scenario"');
  expect(stderr).toContain("pnpm loadtest NAME...");
});

test("a target that does not answer is named", async () => {
  const { exitCode, stderr } = await start(["--url", "http://127.0.0.1:1"]).ended;
  expect(exitCode).toBe(2);
  expect(stderr).toContain("http://127.0.0.1:1 cannot be reached");
  expect(stderr).not.toContain("    at ");
});

test("what there is, is listed", async () => {
  const { exitCode, stdout } = await start(["--list"]).ended;
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^logout-storm {2}/m);
});

test("interrupted, it writes what it has, and says so", { timeout: 120_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "portcullis-loadtest-test-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const { process: started, ended, saw } = start(["nodes", "--seconds", "600", "--out", folder]);
  await saw("More nodes");
  started.kill("SIGINT");
  const { exitCode, stdout } = await ended;
  expect(exitCode).toBe(0);
  const results = JSON.parse(await readFile(join(folder, "results.json"), "utf8")) as Results;
  expect(results.cutShort).toContain("interrupted");
  expect(stdout).toContain("Page: ");
});

function start(words: readonly string[]) {
  const child = spawn(process.execPath, ["--conditions=@portcullis/source", program, ...words], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let written = "";
  const sight = Promise.withResolvers<void>();
  let awaited: string | undefined;
  child.stderr.on("data", (part: Buffer) => {
    written += part.toString();
    if (awaited !== undefined && written.includes(awaited)) sight.resolve();
  });
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  exited.then(
    () => sight.reject(new Error(`It ended before it said so:\n${written}`)),
    (error: unknown) => sight.reject(error),
  );
  sight.promise.catch(() => undefined);
  return {
    process: child,
    ended: Promise.all([exited, text(child.stdout)]).then(([exitCode, stdout]) => ({
      exitCode,
      stdout,
      stderr: written,
    })),
    saw(what: string): Promise<void> {
      awaited = what;
      if (written.includes(what)) sight.resolve();
      return sight.promise;
    },
  };
}
