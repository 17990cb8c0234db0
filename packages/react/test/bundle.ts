import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type InlineConfig } from "tsdown";

const packageFolder = fileURLToPath(new URL("..", import.meta.url));

/** Builds with options of tsdown, and gives what came of it by the names of the files. */
export async function buildFiles(options: InlineConfig): Promise<Map<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), "portcullis-react-"));
  try {
    await build({ cwd: packageFolder, outDir: folder, logLevel: "silent", ...options });
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

/** A page as an application bundles it, with React's checks for developers. */
export function bundlePage(entry: string): Promise<Map<string, string>> {
  return buildFiles({
    config: false,
    entry: [entry],
    platform: "browser",
    dts: false,
    deps: { alwaysBundle: /./ },
    define: { "process.env.NODE_ENV": '"development"' },
    inputOptions: { resolve: { conditionNames: ["@portcullis/source", "browser", "import"] } },
  });
}
