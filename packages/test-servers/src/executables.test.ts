import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

import { expect, test } from "vitest";

import { byVersion, findChromium, findPostgres, findRedis } from "./executables.ts";
import { makeServerFolder, removeServerFolder } from "./server-folder.ts";

test("initdb is found beside the real program when the PATH holds a link to postgres alone", () => {
  using folder = temporaryFolder();
  const real = join(folder.path, "real");
  const links = join(folder.path, "links");
  makeProgram(real, "postgres");
  makeProgram(real, "initdb");
  mkdirSync(links);
  symlinkSync(join(real, "postgres"), join(links, "postgres"));

  expect(findPostgres(links)).toEqual({
    postgres: join(links, "postgres"),
    initdb: join(real, "initdb"),
  });
});

test("a file that may not be run is passed over", () => {
  using folder = temporaryFolder();
  const first = join(folder.path, "first");
  const second = join(folder.path, "second");
  makeProgram(first, "redis-server");
  chmodSync(join(first, "redis-server"), 0o644);
  makeProgram(second, "redis-server");

  expect(findRedis([first, second].join(delimiter))).toBe(join(second, "redis-server"));
});

test("Chrome does when Chromium is not there", () => {
  using folder = temporaryFolder();
  makeProgram(folder.path, "google-chrome");

  expect([join(folder.path, "google-chrome"), "/usr/bin/chromium"]).toContain(
    findChromium(folder.path),
  );
});

test("Valkey does when Redis is not on the PATH", () => {
  using folder = temporaryFolder();
  makeProgram(folder.path, "valkey-server");

  expect([join(folder.path, "valkey-server"), "/usr/bin/redis-server"]).toContain(
    findRedis(folder.path),
  );
});

test("version 15 is later than version 9", () => {
  expect(["/pg/15/bin", "/pg/9/bin", "/pg/17/bin"].toSorted(byVersion)).toEqual([
    "/pg/9/bin",
    "/pg/15/bin",
    "/pg/17/bin",
  ]);
});

function temporaryFolder(): Disposable & { path: string } {
  const path = makeServerFolder("executables", undefined);
  return { path, [Symbol.dispose]: () => removeServerFolder(path) };
}

function makeProgram(folder: string, name: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), "#!/bin/sh\n", { mode: 0o755 });
}
