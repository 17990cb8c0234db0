import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsdown";

/** What an application's bundler makes of a file of `src`. */
export interface BrowserBundle {
  /** All modules that it asked for, used or not: paths from `src`, packages and modules of Node by name. */
  readonly modules: ReadonlySet<string>;
  /** Minified. */
  readonly code: string;
}

const packageFolder = fileURLToPath(new URL("..", import.meta.url));
const sourceFolder = join(packageFolder, "src/");

/** @param external left out of the code, and named in `modules` all the same. */
export async function bundleForBrowsers(
  entry: string,
  external: readonly string[] = [],
): Promise<BrowserBundle> {
  const folder = await mkdtemp(join(tmpdir(), "portcullis-server-"));
  const modules = new Set<string>();
  try {
    await build({
      cwd: packageFolder,
      config: false,
      entry: [join("src", entry)],
      outDir: folder,
      platform: "browser",
      deps: { alwaysBundle: (id) => !external.includes(id), neverBundle: [...external] },
      dts: false,
      minify: true,
      logLevel: "silent",
      plugins: [
        {
          name: "modules",
          moduleParsed({ id, importedIds, dynamicallyImportedIds }) {
            for (const path of [id, ...importedIds, ...dynamicallyImportedIds]) {
              modules.add(nameOf(path));
            }
          },
        },
      ],
    });
    const names = await readdir(folder);
    const files = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
    return { modules, code: files.join("\n") };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function nameOf(path: string): string {
  if (path.startsWith(sourceFolder)) return path.slice(sourceFolder.length);
  // The last one: pnpm's folders are nested.
  const inPackage = path.split("/node_modules/").at(-1) ?? path;
  return /^(?:@[^/]+\/)?[^/]+/.exec(inPackage)?.[0] ?? path;
}
