import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsdown";

/** Bundles a file of this folder as an application would, by the names of the files that come of it. */
export async function bundle(
  entry: string,
  options: { readonly external?: RegExp } = {},
): Promise<Map<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), "portcullis-client-"));
  try {
    await build({
      cwd: fileURLToPath(new URL("..", import.meta.url)),
      config: false,
      entry: [join("src", entry)],
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
