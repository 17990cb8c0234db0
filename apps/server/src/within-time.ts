const closeTimeoutMs = 1_500;

/** A part that can not be closed in time is left to the end of the process. */
export async function withinTime(part: string, closing: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`Closing ${part} took more than ${closeTimeoutMs} ms.`)),
    closeTimeoutMs,
  );
  try {
    await Promise.race([closing, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
