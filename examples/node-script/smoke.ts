import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = await mkdtemp(join(tmpdir(), "portcullis-notes-"));
const api = spawn(process.execPath, ["api.ts"], {
  env: { ...process.env, PORT: "0", DATA_DIR: join(folder, "data") },
  stdio: ["ignore", "pipe", "inherit"],
});
let printed = "";
api.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));

try {
  const url = await seen(/http:\/\/127\.0\.0\.1:\d+\/trpc/);
  const laptop = (...args: string[]) => notes(url, "laptop", ...args);
  const phone = (...args: string[]) => notes(url, "phone", ...args);
  const account = ["ada@example.com", "correct horse battery staple"];

  assert.match(laptop("list"), /not logged in/);
  laptop("register", ...account);
  laptop("verify", await seen(/(?<=token=)\S+/), account[1] ?? "");
  assert.equal(laptop("login", ...account), "Hello Ada.");
  assert.equal(phone("login", ...account), "Hello Ada.");

  assert.equal(laptop("add", "Buy milk"), "1 notes");
  assert.equal(phone("list"), "Buy milk");
  const { mode } = await stat(join(folder, "laptop.json"));
  assert.equal(mode & 0o077, 0);

  assert.equal(phone("logout", "--everywhere"), "Logged out.");
  assert.match(laptop("list"), /not logged in/);
  await assert.rejects(readFile(join(folder, "laptop.json")), { code: "ENOENT" });
  console.log("ok");
} finally {
  api.kill("SIGTERM");
  if (api.exitCode === null) await once(api, "exit");
  await rm(folder, { recursive: true, force: true });
}

/** The first match in what the API prints. */
async function seen(pattern: RegExp): Promise<string> {
  const deadline = AbortSignal.timeout(60_000);
  for (;;) {
    const match = pattern.exec(printed);
    if (match !== null) return decodeURIComponent(match[0]);
    await once(api.stdout, "data", { signal: deadline });
  }
}

function notes(url: string, device: string, ...args: string[]): string {
  const env = { ...process.env, NOTES_URL: url, NOTES_SESSION: join(folder, `${device}.json`) };
  const ended = spawnSync(process.execPath, ["notes.ts", ...args], {
    env,
    encoding: "utf8",
    timeout: 30_000,
  });
  return (ended.stdout + ended.stderr).trim();
}
