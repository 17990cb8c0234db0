import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsdown";

const packageFolder = fileURLToPath(new URL("..", import.meta.url));

/**
 * Bundles a file as an application would, by the names of the files that come of it.
 *
 * @param entry from this folder, or absolute.
 */
export async function bundle(
  entry: string,
  options: { readonly external?: RegExp } = {},
): Promise<Map<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), "portcullis-client-"));
  try {
    await build({
      cwd: packageFolder,
      config: false,
      entry: [resolve(packageFolder, "src", entry)],
      outDir: folder,
      platform: "browser",
      deps: {
        alwaysBundle: (id) => options.external?.test(id) !== true,
        ...(options.external && { neverBundle: [options.external] }),
      },
      dts: false,
      minify: true,
      logLevel: "silent",
    });
    const names = await readdir(folder);
    return new Map(
      await Promise.all(
        names.map(async (name) => [name, await readFile(join(folder, name), "utf8")] as const),
      ),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
