import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const bench = fileURLToPath(
  new URL("../../../../packages/write-through/bench/main.ts", import.meta.url),
);
const timeoutMs = 180_000;

/** What the benchmark of the cache says of an entry in memory; bytes beside the row. */
export async function measureEntryBytes(signal: AbortSignal): Promise<readonly number[]> {
  const folder = await mkdtemp(join(tmpdir(), "portcullis-loadtest-"));
  try {
    await promisify(execFile)(
      process.execPath,
      ["--conditions=@portcullis/source", bench, "--only", "memory", "--out", folder],
      { timeout: timeoutMs, signal },
    );
    const results = JSON.parse(await readFile(join(folder, "results.json"), "utf8")) as {
      readonly comparisons: readonly { readonly measured: number }[];
    };
    return results.comparisons.map(({ measured }) => measured);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
