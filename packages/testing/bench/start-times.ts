// Says how long a test auth takes to start: the first one of a machine, the first one of a process,
// and the ones after it; and what is made of it, over and over.
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startTestAuth } from "@portcullis/testing";
import { createPostsApp, migratePosts, postRoles } from "../test/posts-app.ts";

const rounds = 30;
const processTimeoutMs = 120_000;

if (process.argv[2] === "one-process") await measureHere();
else await measureProcesses();

async function measureProcesses(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "portcullis-start-times-"));
  try {
    for (const name of ["On a machine without the kept file", "With it"]) {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        ["--conditions=@portcullis/source", fileURLToPath(import.meta.url), "one-process"],
        { timeout: processTimeoutMs, env: { ...process.env, TMPDIR: folder } },
      );
      console.log(`${name}:\n${stdout}`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureHere(): Promise<void> {
  const start = () => startTestAuth({ migrate: migratePosts, roles: postRoles });
  const [firstMs, first] = await timed(start);
  console.log(`  first start      ${firstMs.toFixed(0)} ms`);
  await first.dispose();

  const times = new Map<string, number[]>();
  const note = async <Value>(name: string, work: () => Promise<Value>): Promise<Value> => {
    const [ms, value] = await timed(work);
    times.set(name, [...(times.get(name) ?? []), ms]);
    return value;
  };
  for (let round = 0; round < rounds; round += 1) {
    const testAuth = await note("next start", start);
    const app = testAuth.serve(createPostsApp(testAuth.auth, testAuth.database));
    const user = await note("createUser", () => testAuth.createUser());
    const session = await note("signIn", () => testAuth.signIn(user));
    const ada = await app.as(session);
    await note("protected call", () => ada.posts.create.mutate({ title: "Hello" }));
    await note("dispose", () => testAuth.dispose());
  }
  for (const [name, each] of times) {
    console.log(`  ${name.padEnd(16)} ${median(each).toFixed(1)} ms, the median of ${rounds}`);
  }
}

async function timed<Value>(work: () => Promise<Value>): Promise<[ms: number, value: Value]> {
  const startedAt = performance.now();
  const value = await work();
  return [performance.now() - startedAt, value];
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
