/**
 * Waits for a promise no longer than `timeoutMs`. What it stands for is not stopped: it may still
 * happen, so a write that ran out of time is unknown, not failed.
 *
 * @throws what `late` makes, when the time is over first.
 */
export async function withDeadline<T>(
  promise: Promise<T>,
  timeoutMs: number,
  late: () => Error,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(late()), timeoutMs);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
