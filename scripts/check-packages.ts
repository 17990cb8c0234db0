// Packs what is published, as it would be published, and looks at the tarballs: manifests (publint),
// types for every way to import them (attw), and projects outside of the workspace that install them:
// one that compiles against all of them and imports them, and the examples, each with its smoke test.
import { cpSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

import { chromiumPath } from "@portcullis/test-servers";

import { root } from "./check/root.ts";
import { installOutside } from "./packages/install-outside.ts";
import { packAll, readManifest, type Packed } from "./packages/pack.ts";
import { CommandFailure, pnpm, run } from "./packages/run.ts";
import { measureTypeCosts } from "./packages/type-cost.ts";

/** Of what a compiler does for the same router and client on tRPC alone. */
const typeCostRatioMax = 1.6;

const scratch = mkdtempSync(join(tmpdir(), "portcullis-packages-"));
try {
  const packed = packAll(scratch);
  for (const { tarball } of packed) {
    run("publint", ["run", tarball, "--strict"]);
    run("attw", [tarball, "--profile", "esm-only", "--no-color", "--no-emoji"]);
  }
  useAll(packed);
  // The examples know nothing of how this repository finds one.
  process.env["CHROMIUM"] = await chromiumPath();
  for (const example of globSync("examples/*/package.json", { cwd: root }).toSorted()) {
    runExample(join(root, example, ".."), packed);
  }
} catch (error) {
  if (!(error instanceof CommandFailure)) throw error;
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function useAll(packed: readonly Packed[]): void {
  const folder = join(scratch, "all");
  mkdirSync(folder);
  const names = packed.map(({ name }) => name);
  const peers = packed.flatMap(({ peerDependencies = {} }) => Object.entries(peerDependencies));
  const dependencies = {
    ...Object.fromEntries(peers),
    ...Object.fromEntries(packed.map(({ name, version }) => [name, version])),
    "@types/node": readManifest(join(root, "node_modules/@types/node")).version,
    zod: readManifest(join(root, "packages/server/node_modules/zod")).version,
  };
  const manifest = { name: "all", private: true, type: "module", dependencies };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  installOutside(folder, packed);
  for (const name of names) {
    run("node", ["--input-type=module", "--eval", `await import("${name}")`], folder);
  }
  compile(folder, names, ["node"]);
  const forBrowsers = [
    ...names.filter((name) => /client|react/.test(name)),
    "@portcullis/server/inputs",
  ];
  // A browser's project has no types of Node.
  compile(folder, forBrowsers, []);
  checkTypeCosts(folder);
}

function checkTypeCosts(folder: string): void {
  const { plain, ours } = measureTypeCosts(folder);
  for (const name of ["instantiations", "declarationBytes"] as const) {
    const ratio = ours[name] / plain[name];
    console.log(`${name}: ${ours[name]}, on tRPC alone ${plain[name]}`);
    if (ratio <= typeCostRatioMax) continue;
    console.error(`${name}: ${ratio.toFixed(2)} times as many; at most ${typeCostRatioMax}`);
    throw new CommandFailure();
  }
}

/** Strict, and libraries are looked into: a type that does not resolve would be `any` to its user. */
function compile(folder: string, names: readonly string[], types: readonly string[]): void {
  const lines = names.map((name, index) => `export * as p${index} from "${name}";`);
  const compilerOptions = {
    target: "es2024",
    lib: ["es2024", "esnext.disposable", "dom", "dom.iterable"],
    module: "nodenext",
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    types,
  };
  const config = { compilerOptions, files: ["all.ts"] };
  writeFileSync(join(folder, "all.ts"), lines.join("\n"));
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  run("tsc", ["--pretty", "false", "-p", folder]);
}

/** From a copy, so that neither the workspace nor what was installed before is found. */
function runExample(source: string, packed: readonly Packed[]): void {
  const folder = join(scratch, basename(source));
  cpSync(source, folder, {
    recursive: true,
    filter: (path) => !/(?:node_modules|dist|\.next|\.data)$/.test(path),
  });
  installOutside(folder, packed);
  run("tsc", ["--pretty", "false", "-p", folder]);
  pnpm(["run", "smoke"], folder);
}
