import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const webFolder = fileURLToPath(new URL("..", import.meta.url));
const vite = join(dirname(fileURLToPath(import.meta.resolve("vite/package.json"))), "bin/vite.js");
const buildTimeoutMs = 100_000;

let built: Promise<ReadonlyMap<string, Buffer>> | undefined;

/** Writes the pages, as they are published, into a folder that is made for them. */
export async function writePages(folder: string): Promise<void> {
  // In memory from one test file to the next: nobody is told when the last of a process is over.
  built ??= build();
  for (const [name, content] of await built) {
    const file = join(folder, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}

async function build(): Promise<ReadonlyMap<string, Buffer>> {
  const folder = await mkdtemp(join(tmpdir(), "portcullis-pages-"));
  try {
    // In a process of its own: here NODE_ENV says that it is a test, and React would be another one.
    await promisify(execFile)(process.execPath, [vite, "build", "--outDir", folder], {
      cwd: webFolder,
      env: { ...process.env, NODE_ENV: "production" },
      timeout: buildTimeoutMs,
    });
    return await readFiles(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readFiles(folder: string): Promise<ReadonlyMap<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  return new Map(
    await Promise.all(
      names.map(async (name) => [name, await readFile(join(folder, name))] as const),
    ),
  );
}
