import { readTabMessage, writeTabMessage, type TabMessage } from "./tab-message.ts";

/** The tabs of an origin, which share one refresh cookie and so one session. */
export interface Tabs {
  /** One work at a time over all tabs, where the browser has Web Locks; else in this tab. */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
  tell(message: TabMessage): void;
  close(): void;
}

export interface TabsOptions {
  /** Tabs with the same name belong together. */
  readonly name: string;
  /** Longest wait for the others, after which the work goes ahead: the server bears two refreshes at once. */
  readonly lockWaitMs: number;
  readonly onMessage: (message: TabMessage) => void;
}

// What a tab said before it gave the lock away may arrive after the lock.
const lateMessageMs = 200;

export function createTabs({ name, lockWaitMs, onMessage }: TabsOptions): Tabs {
  const channel = typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel(name);
  let heard = Promise.withResolvers<void>();
  if (channel !== undefined) {
    channel.addEventListener("message", (event) => {
      const message = readTabMessage((event as MessageEvent).data);
      if (message === undefined) return;
      onMessage(message);
      heard.resolve();
      heard = Promise.withResolvers();
    });
    // Node only: a client that nobody closes does not keep the process alive.
    (channel as { unref?: () => void }).unref?.();
  }
  const inThisTab = createMutex();
  let isClosed = false;

  async function acrossTabs<T>(locks: LockManagerLike, work: () => Promise<T>): Promise<T> {
    let hasBegun = false;
    const begin = (): Promise<T> => {
      hasBegun = true;
      return work();
    };
    try {
      const free = await locks.request(name, { ifAvailable: true }, async (lock) =>
        lock === null ? undefined : { result: await begin() },
      );
      if (free !== undefined) return free.result;
      const news = heard.promise;
      const signal = AbortSignal.timeout(lockWaitMs);
      return await locks.request(name, { signal }, async () => {
        await Promise.race([news, sleep(lateMessageMs)]);
        return begin();
      });
    } catch (error) {
      // Not given in time, or not to a page like this one.
      if (hasBegun) throw error;
      return work();
    }
  }

  return {
    exclusive: (work) =>
      inThisTab(() => {
        const locks = (globalThis.navigator as { locks?: LockManagerLike } | undefined)?.locks;
        return locks === undefined ? work() : acrossTabs(locks, work);
      }),
    tell(message) {
      if (!isClosed) channel?.postMessage(writeTabMessage(message));
    },
    close() {
      isClosed = true;
      channel?.close();
    },
  };
}

/** Runs one work after another. */
export function createMutex(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work, work);
    last = result;
    return result;
  };
}

interface LockManagerLike {
  request<T>(
    name: string,
    options: { readonly ifAvailable?: boolean; readonly signal?: AbortSignal },
    work: (lock: unknown) => Promise<T>,
  ): Promise<T>;
}

function sleep(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, delayMs);
  });
}
