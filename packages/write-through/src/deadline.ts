/**
 * Waits for a promise no longer than `timeoutMs`. What it stands for is not stopped: it may still
 * happen, so a write that ran out of time is unknown, not failed.
 *
 * @throws what `late` makes, when the time is over first.
 */
export function withDeadline<T>(
  promise: Promise<T>,
  timeoutMs: number,
  late: () => Error,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), timeoutMs);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
