import { setTimeout as delay } from "node:timers/promises";

import { TestServerError } from "./test-server-error.ts";

const pollIntervalMs = 5;

/** Settles as `work` does, or throws `TIMED_OUT` once `timeoutMs` have passed. `work` itself goes on. */
export async function withDeadline<T>(
  work: Promise<T>,
  timeoutMs: number,
  describe: () => string,
): Promise<T> {
  const expiry = new AbortController();
  const expired = delay(timeoutMs, undefined, { signal: expiry.signal }).then(() => {
    throw new TestServerError("TIMED_OUT", `${describe()} (waited ${timeoutMs} ms)`);
  });
  // Once `work` has settled the race, nobody listens to the aborted timer any more.
  expired.catch(() => undefined);
  try {
    return await Promise.race([work, expired]);
  } finally {
    expiry.abort();
  }
}

/** Asks `isDone` every few milliseconds until it says so, or throws `TIMED_OUT`. */
export async function waitUntil(
  isDone: () => boolean | Promise<boolean>,
  timeoutMs: number,
  describe: () => string,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await isDone())) {
    if (performance.now() > deadline) {
      throw new TestServerError("TIMED_OUT", `${describe()} (waited ${timeoutMs} ms)`);
    }
    await delay(pollIntervalMs);
  }
}
