/**
 * Runs one load at a time. A call never shares a load that was under way when it came, for that may
 * have read before what the caller knows; those that wait for it share the next one.
 */
export function shareLoads<Value>(load: () => Promise<Value>): () => Promise<Value> {
  let underWay: Promise<Value> | undefined;
  return async () => {
    await underWay?.catch(() => undefined);
    underWay ??= load().finally(() => {
      underWay = undefined;
    });
    return await underWay;
  };
}
