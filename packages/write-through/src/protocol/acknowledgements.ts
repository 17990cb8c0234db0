import type { Clock } from "../clock.ts";

/** Who has said that it keeps the keys of one fence no more. */
export interface Drain {
  /** Of these processes, those that have not said so when `timeoutMs` are over. */
  silent(nodeIds: readonly string[], timeoutMs: number): Promise<readonly string[]>;
  /** To be called once, when nobody waits any more. */
  close(): void;
}

/** Collects the acknowledgements of this process' own fences. */
export class Acknowledgements {
  readonly #clock: Clock;
  readonly #heard = new Map<string, (nodeId: string) => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** To be called before the fence is sent: an answer may come before the list of processes. */
  expect(fence: string): Drain {
    const acknowledged = new Set<string>();
    let wake = (): void => undefined;
    this.#heard.set(fence, (nodeId) => {
      acknowledged.add(nodeId);
      wake();
    });
    const missing = (nodeIds: readonly string[]): string[] =>
      nodeIds.filter((nodeId) => !acknowledged.has(nodeId));

    return {
      silent: async (nodeIds, timeoutMs) => {
        if (missing(nodeIds).length === 0) return [];
        const waiting = new AbortController();
        wake = () => {
          // A reason of our own, since the usual one is an error with a stack.
          if (missing(nodeIds).length === 0) waiting.abort(null);
        };
        await this.#clock.sleep(timeoutMs, waiting.signal);
        return missing(nodeIds);
      },
      close: () => {
        this.#heard.delete(fence);
      },
    };
  }

  /** Of fences nobody waits for any more, nothing is kept. */
  acknowledge(fence: string, nodeId: string): void {
    this.#heard.get(fence)?.(nodeId);
  }
}
