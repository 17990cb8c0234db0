import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

import { root } from "./root.ts";

const folder = join(root, ".cache/types");

/**
 * The configurations that the compiler is to check. Projects without options of their own are one
 * program: they import each other's sources, which would be checked again with each of them.
 */
export function typePrograms(): string[] {
  const configs = globSync("{packages/*,apps/*,docs,test,scripts}/tsconfig.json", { cwd: root });
  const isPlain = (config: string): boolean => !readConfig(config).includes("compilerOptions");
  return [writeShared(configs.filter(isPlain)), ...configs.filter((config) => !isPlain(config))];
}

function readConfig(config: string): string {
  return readFileSync(join(root, config), "utf8");
}

function writeShared(configs: readonly string[]): string {
  const include = configs.flatMap((config) => {
    const { include: patterns } = JSON.parse(readConfig(config)) as { include: string[] };
    return patterns.map((pattern) => relative(folder, join(root, dirname(config), pattern)));
  });
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "tsconfig.json");
  const base = relative(folder, join(root, "tsconfig.base.json"));
  writeFileSync(file, JSON.stringify({ extends: base, include }));
  return relative(root, file);
}
