import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { waitUntil } from "./deadline.ts";
import { runCommand } from "./run-command.ts";

const installTimeoutMs = 300_000;
const lockTimeoutMs = 2 * installTimeoutMs;
const policyFile = "/usr/sbin/policy-rc.d";
const createClusterFolder = "/etc/postgresql-common/createcluster.d";

/** Installs `redis-server` without leaving a service running. */
export async function installRedisOnDebian(isInstalled: () => boolean): Promise<void> {
  await withAptLock(isInstalled, async () => {
    await apt("update");
    await withoutServiceStarts(() => apt("install", "redis-server"));
  });
}

/** Installs Postgres without the cluster `main` that Debian makes by default. */
export async function installPostgresOnDebian(isInstalled: () => boolean): Promise<void> {
  await withAptLock(isInstalled, async () => {
    await apt("update");
    await withoutServiceStarts(async () => {
      await apt("install", "postgresql-common");
      await withoutMainCluster(() => apt("install", "postgresql"));
    });
  });
}

/** Installs Chromium without its windows, which is small beside the whole. */
export async function installHeadlessShellOnDebian(isInstalled: () => boolean): Promise<void> {
  await withAptLock(isInstalled, async () => {
    await apt("update");
    await apt("install", "chromium-headless-shell");
  });
}

async function apt(order: "update" | "install", ...packages: string[]): Promise<void> {
  const options = order === "install" ? ["-y", "--no-install-recommends"] : [];
  await runCommand("apt-get", ["-o", "DPkg::Lock::Timeout=120", order, ...options, ...packages], {
    timeoutMs: installTimeoutMs,
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
}

/** One install at a time: whoever waited finds the package there and has nothing left to do. */
async function withAptLock(isInstalled: () => boolean, install: () => Promise<void>) {
  const lock = join(tmpdir(), "portcullis-apt.lock");
  await waitUntil(
    () => takeLock(lock),
    lockTimeoutMs,
    () => `another process holds ${lock}; delete it if no test is running`,
  );
  try {
    if (!isInstalled()) {
      await install();
    }
  } finally {
    rmSync(lock, { force: true });
  }
}

function takeLock(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (!hasCode(error, "EEXIST")) {
      throw error;
    }
  }
  const owner = readOwner(lock);
  if (owner !== undefined && !isAlive(owner)) {
    rmSync(lock, { force: true });
  }
  return false;
}

/** `undefined` while the owner has not written its pid yet, or has just gone. */
function readOwner(lock: string): number | undefined {
  try {
    const pid = Number(readFileSync(lock, "utf8"));
    return pid > 0 ? pid : undefined;
  } catch (error) {
    if (!hasCode(error, "ENOENT")) {
      throw error;
    }
    return undefined;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Debian starts a service as soon as it is installed, unless this file answers 101 ("forbidden"). */
async function withoutServiceStarts(install: () => Promise<void>): Promise<void> {
  if (existsSync(policyFile)) {
    // The machine has a policy of its own (every Debian container image forbids starts).
    await install();
    return;
  }
  writeFileSync(policyFile, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    await install();
  } finally {
    rmSync(policyFile, { force: true });
  }
}

async function withoutMainCluster(install: () => Promise<void>): Promise<void> {
  const setting = join(createClusterFolder, "portcullis.conf");
  mkdirSync(createClusterFolder, { recursive: true });
  writeFileSync(setting, "create_main_cluster = false\n");
  try {
    await install();
  } finally {
    rmSync(setting, { force: true });
  }
}
