import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";

import { expect, test } from "vitest";

import { waitUntil } from "./deadline.ts";
import { isAlive } from "./test-helpers.ts";

const endTimeoutMs = 15_000;

const program = `
import { startPostgres, startRedis } from ${JSON.stringify(new URL("index.ts", import.meta.url).href)};
const redis = await startRedis();
const postgres = await startPostgres();
if (process.argv.includes("paused")) redis.pause();
console.log(JSON.stringify([redis.pid, postgres.pid]));
if (process.argv.includes("leaves")) process.exit(0);
setInterval(() => undefined, 1000);
`;

const ways: [string, (child: ChildProcess) => void, string[]][] = [
  ["leaves by process.exit", () => undefined, ["leaves"]],
  ["is interrupted (SIGINT)", (child) => child.kill("SIGINT"), []],
  ["is ended (SIGTERM)", (child) => child.kill("SIGTERM"), []],
  ["is killed (SIGKILL) with a paused server", (child) => child.kill("SIGKILL"), ["paused"]],
];

test.for(ways)("no server outlives a process that %s", async ([, finish, args]) => {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program, "--", ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  const pids = JSON.parse(line) as number[];
  finish(child);
  await exited;

  await waitUntil(
    () => !pids.some(isAlive),
    endTimeoutMs,
    () => `of ${pids.join(", ")} some still run`,
  );
  expect(pids.map(isAlive)).toEqual([false, false]);
});

test("a process that forgets its servers ends all the same", async () => {
  const forgetful = program.replace(/^setInterval.*$/m, "");
  const child = spawn(process.execPath, ["--input-type=module", "--eval", forgetful], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [exitCode] = await once(child, "exit");

  expect(exitCode).toBe(0);
  expect(existsSync(`/proc/${child.pid}`)).toBe(false);
});
