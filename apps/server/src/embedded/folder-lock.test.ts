import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../test-service.ts";
import { StartError } from "../start-error.ts";
import { lockFolder } from "./folder-lock.ts";

it("gives a folder to one taker at a time", async () => {
  await using folder = await temporaryFolder();
  const takers = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder.path)));
  const won = takers.filter((taker) => taker.status === "fulfilled");
  const lost = takers.filter((taker) => taker.status === "rejected");
  expect(won).toHaveLength(1);
  expect(lost.every((taker) => taker.reason instanceof StartError)).toBe(true);

  await won[0]?.value();
  const unlock = await lockFolder(folder.path);
  await unlock();
  expect(await readdir(folder.path)).toEqual([]);
});

it("names the living process that has the folder, and leaves its lock alone", async () => {
  await using folder = await temporaryFolder();
  const other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  try {
    await once(other, "spawn");
    const lock = join(folder.path, "process.lock");
    await writeFile(lock, `${other.pid} token`);
    await expect(lockFolder(folder.path)).rejects.toThrow(`in use by process ${other.pid}.`);
    expect(await readFile(lock, "utf8")).toBe(`${other.pid} token`);
  } finally {
    other.kill("SIGKILL");
    await once(other, "exit");
  }
  const unlock = await lockFolder(folder.path);
  await unlock();
});

it.each([
  ["of this process's id, left by an earlier container", `${process.pid} earlier`],
  ["without sense", "not a process"],
  ["that is empty", ""],
])("takes over a lock %s", async (_what, content) => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, "process.lock"), content);
  const unlock = await lockFolder(folder.path);
  await unlock();
  expect(await readdir(folder.path)).toEqual([]);
});
