/** What was thrown, as an error. */
export function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error("The call failed.", { cause: error });
}

/** Lets a caller stop waiting for work that goes on for others. */
export function unlessAborted<T>(
  work: Promise<T>,
  signal: AbortSignal | null | undefined,
): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(toError(signal.reason));
    };
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener("abort", onAbort);
    });
  });
}
