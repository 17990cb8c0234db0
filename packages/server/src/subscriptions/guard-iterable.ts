import type { SubscriptionLife } from "./live-subscription.ts";

/** The values of an iterable for as long as the session holds; then its error. */
export function guardIterable<Value>(
  source: AsyncIterable<Value>,
  life: SubscriptionLife,
): AsyncIterable<Value, undefined> {
  return {
    [Symbol.asyncIterator]: () => guardIterator(source[Symbol.asyncIterator](), life),
  };
}

/** Not a generator: one that waits for a value cannot be told to end before the value comes. */
function guardIterator<Value>(
  source: AsyncIterator<Value>,
  { revoked, close, reportFault }: SubscriptionLife,
): AsyncIterator<Value, undefined> {
  async function closeSource(): Promise<void> {
    try {
      await source.return?.();
    } catch (error) {
      reportFault(error);
    }
  }
  if (revoked.aborted) void closeSource();
  else revoked.addEventListener("abort", () => void closeSource(), { once: true });

  async function step(): Promise<IteratorResult<Value, undefined>> {
    revoked.throwIfAborted();
    try {
      const result = await unlessAborted(source.next(), revoked);
      if (result.done !== true) return result;
    } catch (error) {
      close();
      throw error;
    }
    close();
    return { done: true, value: undefined };
  }

  return {
    next() {
      const result = step();
      // tRPC asks for a value ahead of a client that does not read, and hears of its error later: a
      // rejection that nobody has heard of yet ends the process.
      result.catch(() => undefined);
      return result;
    },
    async return() {
      close();
      // Once revoked it is being closed already, and what it still waits for is its own affair.
      if (!revoked.aborted) await source.return?.();
      return { done: true, value: undefined };
    },
  };
}

/** Settles with the work, or fails with the signal's reason as soon as that is aborted. */
function unlessAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const { promise, resolve, reject } = Promise.withResolvers<Value>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  const settle = <Outcome>(tell: (outcome: Outcome) => void) => {
    return (outcome: Outcome): void => {
      signal.removeEventListener("abort", onAbort);
      tell(outcome);
    };
  };
  work.then(settle(resolve), settle(reject));
  return promise;
}
