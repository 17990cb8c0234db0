import { readFileSync } from "node:fs";

/** Whether a process runs. One that has ended and that nobody has waited for does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return process.platform !== "linux" || !/^State:\s+Z/m.test(readStatus(pid));
}

/** The real user id of a running process, on Linux. */
export function userOf(pid: number): number {
  return Number(/^Uid:\s+(\d+)/m.exec(readStatus(pid))?.[1]);
}

/** The pid of a server of our own. */
export function requirePid(pid: number | undefined): number {
  if (pid === undefined) {
    throw new Error("this test needs a server of its own: unset PORTCULLIS_TEST_*_URL");
  }
  return pid;
}

function readStatus(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    // It ended between two looks.
    return "State: Z";
  }
}
