import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { root } from "../check/root.ts";
import { pnpm, run } from "./run.ts";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** A package as it would be published. */
export interface Packed extends Manifest {
  readonly tarball: string;
}

/** Builds and packs every package that is published. */
export function packAll(destination: string): Packed[] {
  return globSync("packages/*/package.json", { cwd: root })
    .toSorted()
    .map((manifest) => join(root, manifest, ".."))
    .filter((folder) => readManifest(folder).private !== true)
    .map((folder) => pack(folder, destination));
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

function pack(folder: string, destination: string): Packed {
  run("tsdown", ["--logLevel", "warn"], folder);
  pnpm(["pack", "--pack-destination", destination], folder);
  const manifest = readManifest(folder);
  const file = `${manifest.name.slice(1).replace("/", "-")}-${manifest.version}.tgz`;
  return { ...manifest, tarball: join(destination, file) };
}
