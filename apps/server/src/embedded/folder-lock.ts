import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { StartError } from "../start-error.ts";

const lockName = "process.lock";
const maxAttempts = 5;
const heldHere = new Set<string>();

/**
 * Takes a folder for this process alone: two processes that write one embedded database destroy it.
 * A lock whose process is gone is taken over.
 *
 * @returns a function that gives the folder back.
 * @throws StartError `folder_in_use` when a living process has it.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const lock = join(folder, lockName);
  const mine = `${process.pid} ${randomUUID()}`;
  const draft = join(folder, `${lockName}.${randomUUID()}`);
  await writeFile(draft, mine);
  try {
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      // A link appears with its content or not at all, and never over another file.
      if (await succeeds(link(draft, lock), "EEXIST")) {
        heldHere.add(mine);
        return () => unlock(lock, mine);
      }
      const found = await readIfThere(lock);
      if (found === undefined) continue;
      if (isHeld(found)) throw folderInUse(folder, found.split(" ", 1)[0] ?? "unknown");
      await removeLeftover(lock, found);
    }
    throw folderInUse(folder, "unknown");
  } finally {
    await rm(draft, { force: true });
  }
}

/** The id of the living process that has a folder, and `undefined` when none has. Changes nothing. */
export async function holderOf(folder: string): Promise<string | undefined> {
  const found = await readIfThere(join(folder, lockName));
  return found !== undefined && isHeld(found) ? found.split(" ", 1)[0] : undefined;
}

function folderInUse(folder: string, processId: string): StartError {
  return new StartError(
    "folder_in_use",
    `The data folder ${folder} is in use by process ${processId}. The embedded mode is for one ` +
      `process: stop that one, set DATA_DIR to another folder, or set DATABASE_URL and REDIS_URL. ` +
      `If that process is not Portcullis, delete ${join(folder, lockName)}.`,
  );
}

async function unlock(lock: string, mine: string): Promise<void> {
  heldHere.delete(mine);
  if ((await readIfThere(lock)) === mine) await rm(lock, { force: true });
}

/** Moves it away first: should another process have taken the lock meanwhile, it gets it back. */
async function removeLeftover(lock: string, leftover: string): Promise<void> {
  const aside = `${lock}.${randomUUID()}`;
  if (!(await succeeds(rename(lock, aside), "ENOENT"))) return;
  if ((await readIfThere(aside)) !== leftover) await succeeds(link(aside, lock), "EEXIST");
  await rm(aside, { force: true });
}

/** In a container every start has the same id: a lock with ours that we do not hold is a leftover. */
function isHeld(found: string): boolean {
  const processId = Number(found.split(" ", 1)[0]);
  if (!Number.isSafeInteger(processId) || processId <= 0) return false;
  if (processId === process.pid) return heldHere.has(found);
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    // It lives, under another user.
    return hasCode(error, "EPERM");
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** Did the work succeed? `false` when it failed with the expected code. */
async function succeeds(work: Promise<void>, expectedCode: string): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (hasCode(error, expectedCode)) return false;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
