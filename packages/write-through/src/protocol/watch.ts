import { elapsedAtMostMs, type Clock, type Instant } from "../clock.ts";
import { DeadlineError } from "../errors.ts";
import type { CacheNode } from "./cache-node.ts";

/** What a watch needs of its process. */
type WatchingNode = Pick<CacheNode<unknown>, "near" | "clock" | "leaseMs">;

type Answer<Values> =
  | { readonly kind: "read"; readonly values: Values }
  | { readonly kind: "failed"; readonly error: unknown };

/** A fenced row is not kept, so nobody will say that its writer is done: it is read again instead. */
const firstRereadMs = 10;

/**
 * Reads rows, and again each time that one of them may have changed: at once when an invalidation is
 * heard, and in any case often enough that no lease passes without a read. Resolves when the signal
 * is aborted.
 *
 * @param keys of the rows that `read` reads.
 * @throws what `read` threw when it failed at first, or for as long as a lease; what `onRead` throws.
 */
export async function watchRows<Values>(
  node: WatchingNode,
  keys: readonly string[],
  read: () => Promise<Values>,
  onRead: (values: Values) => void,
  signal: AbortSignal,
): Promise<void> {
  const { near, clock, leaseMs } = node;
  let wake = (): void => undefined;
  const wakeUp = (): void => wake();
  const unwatch = near.watch(keys, wakeUp);
  signal.addEventListener("abort", wakeUp);
  let readAt: Instant | undefined;
  let rereadMs = firstRereadMs;
  const leftMs = (): number =>
    readAt === undefined ? leaseMs : leaseMs - elapsedAtMostMs(readAt, clock.now());
  try {
    while (!signal.aborted) {
      // Before the read, so that an invalidation that overtakes its answer is heard.
      const woken = new AbortController();
      wake = () => woken.abort(null);
      const askedAt = clock.now();
      const answer = await answerWithin(leftMs(), read, clock);
      if (signal.aborted) return;
      if (answer.kind === "read") {
        readAt = askedAt;
        onRead(answer.values);
      } else if (readAt === undefined || leftMs() <= rereadMs) {
        throw answer.error;
      }

      const isKept = answer.kind === "read" && keys.every((key) => near.has(key));
      await clock.sleep(isKept ? leaseMs / 2 : rereadMs, woken.signal);
      rereadMs = isKept ? firstRereadMs : Math.min(2 * rereadMs, leaseMs / 2);
    }
  } finally {
    unwatch();
    signal.removeEventListener("abort", wakeUp);
  }
}

async function answerWithin<Values>(
  timeoutMs: number,
  read: () => Promise<Values>,
  clock: Clock,
): Promise<Answer<Values>> {
  const answered = new AbortController();
  const late = clock.sleep(timeoutMs, answered.signal).then((): Answer<Values> => ({
    kind: "failed",
    error: new DeadlineError("Rows that are watched could not be read within a lease"),
  }));
  const reading = read().then(
    (values): Answer<Values> => ({ kind: "read", values }),
    (error: unknown): Answer<Values> => ({ kind: "failed", error }),
  );
  try {
    return await Promise.race([reading, late]);
  } finally {
    answered.abort(null);
  }
}
