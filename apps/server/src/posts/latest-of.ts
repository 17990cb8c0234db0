/**
 * What a watch reads, for one who asks for it: always the newest, so that nothing piles up before one
 * who is slow.
 *
 * @param watch calls `onRead` until its signal is aborted.
 */
export async function* latestOf<Value>(
  watch: (onRead: (value: Value) => void, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Value, void> {
  const left = new AbortController();
  const ended = AbortSignal.any([left.signal, ...(signal === undefined ? [] : [signal])]);
  let unread: { readonly value: Value } | undefined;
  let isOver = false;
  let wake = (): void => undefined;

  const watching = watch((value) => {
    unread = { value };
    wake();
  }, ended).finally(() => {
    isOver = true;
    wake();
  });
  // It is thrown below, when the value before it has been taken.
  watching.catch(() => undefined);
  try {
    while (!isOver) {
      const taken = unread;
      unread = undefined;
      if (taken !== undefined) yield taken.value;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
    await watching;
  } finally {
    left.abort();
  }
}
