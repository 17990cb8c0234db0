import { createClient } from "@redis/client";
import type { RedisClientType } from "@redis/client";
import { RateLimiterRedis } from "rate-limiter-flexible";
import { InvalidAuthOptionsError } from "../start-errors.ts";
import { createCounters, limiterBasics } from "./counters.ts";
import type { Counters } from "./counters.ts";
import type { LimitStore } from "./limit-store.ts";
import { createMemoryCounters } from "./memory-counters.ts";
import { wholeNumber } from "../whole-number.ts";

/** How to reach Redis, and how long to wait for it. */
export interface RedisLimitStoreOptions {
  /**
   * `redis://` or `rediss://` URL of the master: Redis 7 or later, or Valkey. It may carry a user, a
   * password and a database number, and may be the Redis of the cache.
   */
  readonly url: string;
  /** Longest wait for one decision, in milliseconds. Default 200; 50 to 10000. */
  readonly timeoutMs?: number;
  /** Told of every error of the connection, which is then made anew. Default: nobody. */
  readonly onConnectionError?: (error: unknown) => void;
}

const connectionTimeoutLeastMs = 1000;

/**
 * Counts limits in Redis, shared by all processes of a service.
 *
 * While Redis is away, or slower than `timeoutMs`, this process counts in its own memory: a limit
 * then begins anew and holds for each process by itself. Of the addresses that are known for an
 * account a process then knows those that it has seen itself since it started.
 *
 * Names of counters begin with `portcullis:limit:` and are hashes; each has a time to live.
 *
 * @throws InvalidAuthOptionsError when an option is out of its bounds.
 *
 * @example
 * ```ts
 * import { createRedisLimitStore } from "@portcullis/server";
 *
 * const store = createRedisLimitStore({ url: "redis://127.0.0.1:6379" });
 * ```
 */
export function createRedisLimitStore(options: RedisLimitStoreOptions): LimitStore {
  const timeoutMs = wholeNumber("timeoutMs", options.timeoutMs ?? 200, [50, 10_000]);
  const connectionTimeoutMs = Math.max(timeoutMs, connectionTimeoutLeastMs);
  // A connection that is silent for its time-out is made anew; commands keep it from being silent.
  const restMs = connectionTimeoutMs * 1.5;

  const client = connectionTo(options.url, connectionTimeoutMs);
  const onError = (error: unknown): void => options.onConnectionError?.(error);
  client.on("error", onError);
  const local = createMemoryCounters();
  const shared = keepingIn(
    local,
    createCounters(
      new RateLimiterRedis({
        ...limiterBasics,
        storeClient: client,
        useRedisPackage: true,
        rejectIfRedisNotReady: true,
        keyPrefix: "portcullis:limit",
      }),
    ),
  );
  let onUnavailable: (error: unknown) => void = () => undefined;
  /** Runs while Redis is not asked, because it has just not answered. */
  let rest: NodeJS.Timeout | undefined;

  return {
    async decide(decision) {
      if (rest !== undefined) return decision(local);
      try {
        return await withDeadline((signal) => decision(until(signal, shared)), timeoutMs);
      } catch (error) {
        rest ??= setTimeout(() => (rest = undefined), restMs).unref();
        onUnavailable(error);
        return decision(local);
      }
    },

    async start(listener) {
      if (client.isOpen) throw new Error("A limit store serves one auth: make another for each");
      onUnavailable = listener;
      // connect() settles only once it has succeeded, and a Redis that is away must not hold up the start.
      const connected = client.connect().then(() => undefined, onError);
      await withDeadline(() => connected, connectionTimeoutMs).catch(onError);
    },

    close() {
      clearTimeout(rest);
      if (client.isOpen) client.destroy();
      return Promise.resolve();
    },
  };
}

/**
 * node-redis' own time-outs do not cover a command that has been written. Steps of a decision that
 * came too late are not begun; one that was sent may still count.
 */
async function withDeadline<Value>(
  work: (signal: AbortSignal) => Promise<Value>,
  timeoutMs: number,
): Promise<Value> {
  const deadline = new AbortController();
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    deadline.abort();
    reject(new Error(`Redis did not answer within ${timeoutMs} ms`));
  }, timeoutMs);
  try {
    // A later failure of the loser is no unhandled rejection: race() has subscribed to both.
    return await Promise.race([work(deadline.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The same counters; what is to be kept is kept in this process too. */
function keepingIn(local: Counters, shared: Counters): Counters {
  return {
    ...shared,
    async keep(key, count, ttlSeconds) {
      await Promise.all([local.keep(key, count, ttlSeconds), shared.keep(key, count, ttlSeconds)]);
    },
  };
}

/** The same counters until a signal; from then on every step throws. */
function until(signal: AbortSignal, counters: Counters): Counters {
  const step =
    <Args extends readonly unknown[], Value>(run: (...args: Args) => Promise<Value>) =>
    async (...args: Args): Promise<Value> => {
      signal.throwIfAborted();
      return run(...args);
    };
  return {
    increment: step(counters.increment),
    decrement: step(counters.decrement),
    read: step(counters.read),
    set: step(counters.set),
    keep: step(counters.keep),
    remove: step(counters.remove),
  };
}

function connectionTo(url: string, timeoutMs: number): RedisClientType {
  // The client's own error would name the URL, and with it the password.
  if (!URL.canParse(url) || !/^rediss?:$/.test(new URL(url).protocol)) {
    throw new InvalidAuthOptionsError("url must be a redis:// or rediss:// URL");
  }
  return createClient({
    url,
    // A command that waits for a new connection would count what was long decided.
    disableOfflineQueue: true,
    commandsQueueMaxLength: 10_000,
    // Each decision has its deadline; the client's own would leave a timer behind for every command.
    commandOptions: { timeout: 0 },
    // The socket time-out fires on silence, so a ping keeps an idle connection from it.
    pingInterval: Math.ceil(timeoutMs * 0.3),
    maintNotifications: "disabled",
    socket: {
      connectTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      keepAlive: true,
      reconnectStrategy: (retries) => Math.min(50 * 2 ** Math.min(retries, 5), 1000),
    },
  }) as RedisClientType;
}
