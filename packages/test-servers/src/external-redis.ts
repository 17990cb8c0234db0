import type { RedisServer } from "./redis-server.ts";
import { TestServerError } from "./test-server-error.ts";

/** Names a server to use instead of starting one. */
export const redisUrlVariable = "PORTCULLIS_TEST_REDIS_URL";

/** A server that is not ours: shared, never emptied, and it takes no orders. */
export function useExternalRedis(url: string): RedisServer {
  return {
    url,
    port: Number(new URL(url).port || "6379"),
    pid: undefined,
    stop: async () => undefined,
    kill: async () => {
      throw notOurs("cannot be killed");
    },
    pause: () => {
      throw notOurs("cannot be paused");
    },
    resume: () => {
      throw notOurs("cannot be resumed");
    },
    restart: async () => {
      throw notOurs("cannot be restarted");
    },
    save: async () => {
      throw notOurs("cannot be saved");
    },
    flush: async () => {
      throw notOurs("cannot be flushed");
    },
    promote: async () => {
      throw notOurs("cannot be promoted");
    },
    demote: async () => {
      throw notOurs("cannot be demoted");
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** What to throw when such a server is asked for what only one of our own can do. */
export function notOurs(what: string): TestServerError {
  return new TestServerError(
    "NOT_OURS",
    `The Redis server of ${redisUrlVariable} ${what}: unset the variable to run this test.`,
  );
}
