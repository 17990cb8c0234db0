import type { LoadAnswer } from "../load.ts";
import { Connection, type Exchange } from "./connection.ts";
import type { Limits } from "./limits.ts";

export interface ConnectionPool {
  readonly inFlight: () => number;
  readonly send: (connection: Connection, exchange: Exchange) => void;
  /** Gives up what has waited for its answer for too long. */
  readonly giveUpLate: (nowMs: number) => void;
  readonly close: () => Promise<void>;
}

export interface PoolWatcher {
  /** It has nothing to do: it is new, or has its answer. */
  readonly free: (connection: Connection) => void;
  readonly answered: (exchange: Exchange, answer: LoadAnswer) => void;
  readonly unanswered: (exchange: Exchange, word: string) => void;
  readonly faulty: (error: Error) => void;
}

interface Slot {
  readonly target: string;
  connection: Connection | undefined;
  /** Before the next one is opened in its place. */
  pauseMs: number;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Holds connections, spread evenly over the targets; each connects with its first request. One that broke
 * is replaced after a pause, which doubles for as long as it gets no answer.
 */
export function openConnections(
  targets: readonly string[],
  count: number,
  { requestTimeoutMs, leastReconnectPauseMs, mostReconnectPauseMs }: Limits,
  watcher: PoolWatcher,
): ConnectionPool {
  const slots: Slot[] = Array.from({ length: count }, (_, index) => ({
    target: targets[index % targets.length] as string,
    connection: undefined,
    pauseMs: leastReconnectPauseMs,
    timer: undefined,
  }));
  let inFlight = 0;
  const closing = new Set<Promise<void>>();

  function open(slot: Slot): void {
    slot.timer = undefined;
    slot.connection = new Connection(slot.target, requestTimeoutMs, {
      answered(connection, exchange, answer) {
        inFlight -= 1;
        slot.pauseMs = leastReconnectPauseMs;
        watcher.answered(exchange, answer);
        watcher.free(connection);
      },
      broken: (_connection, exchange, word) => giveUp(slot, exchange, word),
      faulty: watcher.faulty,
    });
    watcher.free(slot.connection);
  }

  function giveUp(slot: Slot, exchange: Exchange, word: string): void {
    inFlight -= 1;
    const { connection } = slot;
    slot.connection = undefined;
    if (connection !== undefined) close(connection);
    slot.timer = setTimeout(() => open(slot), slot.pauseMs);
    slot.pauseMs = Math.min(slot.pauseMs * 2, mostReconnectPauseMs);
    watcher.unanswered(exchange, word);
  }

  function close(connection: Connection): void {
    const closed = connection.close().finally(() => closing.delete(closed));
    closing.add(closed);
  }

  for (const slot of slots) slot.timer = setTimeout(() => open(slot), 0);

  return {
    inFlight: () => inFlight,
    send(connection, exchange) {
      inFlight += 1;
      connection.send(exchange);
    },
    giveUpLate(nowMs) {
      for (const slot of slots) {
        const exchange = slot.connection?.exchange;
        if (exchange !== undefined && nowMs - exchange.dueAtMs >= requestTimeoutMs) {
          giveUp(slot, exchange, "timeout");
        }
      }
    },
    async close() {
      for (const { timer, connection } of slots) {
        clearTimeout(timer);
        if (connection !== undefined) close(connection);
      }
      await Promise.all(closing);
    },
  };
}
