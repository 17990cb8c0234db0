import { createClient, type RedisClientType } from "@redis/client";
import { withDeadline } from "../deadline.ts";
import { InvalidOptionsError } from "../errors.ts";
import { bounded, matching } from "../options.ts";
import { openedTwice, StoreFault, type CacheStore } from "../store.ts";
import { redisKeys } from "./redis-keys.ts";
import { encodeAcknowledgement, encodeInvalidation } from "./redis-messages.ts";
import { readAdoption, readOutcome, readReadings } from "./redis-replies.ts";
import { createRedisSubscriber } from "./redis-subscriber.ts";
import { unfitnessOf } from "./unfitness.ts";
import { createScriptRunner } from "./script-runner.ts";

/** How to reach Redis, and how long to wait for it. */
export interface RedisStoreOptions {
  /**
   * `redis://` or `rediss://` URL of the master: Redis 7 or later, or Valkey, with an eviction
   * policy of `noeviction` or `volatile-*`. It may carry a user, a password and a database number.
   */
  readonly url: string;
  /** First part of every key. 1 to 40 characters of `A-Z a-z 0-9 _ -`; default `portcullis`. */
  readonly keyPrefix?: string;
  /** Longest wait for one answer, in ms; default 1000, 50 to 10 000. */
  readonly timeoutMs?: number;
  /** Told of every error of the connection, which is then made anew; default: nobody. */
  readonly onConnectionError?: (error: unknown) => void;
}

/** A reader slower than this does not fill; others read Postgres meanwhile. */
const fillTokenTtlMs = 10_000;
const maxFillTokensPerKey = 64;
const sweepBatch = 500;
/** Enough for half a million keys of all that Redis holds; values that are left have a TTL. */
const maxSweepBatches = 1000;

const done = new Map([[1, undefined]]);
const fillOutcomes = new Map([
  [1, "accepted" as const],
  [0, "refused" as const],
]);
const publishOutcomes = new Map([
  [1, "stored" as const],
  [0, "refused" as const],
]);

/**
 * Keeps cached rows in Redis, shared by all processes of a service.
 *
 * The connection is its own: it sends nothing while disconnected, queues nothing across
 * connections, and comes back by itself.
 *
 * @throws InvalidOptionsError when an option is out of its bounds.
 * @example
 * ```ts
 * import { createRedisStore } from "@portcullis/write-through";
 *
 * const store = createRedisStore({ url: "redis://127.0.0.1:6379", timeoutMs: 500 });
 * ```
 */
export function createRedisStore(options: RedisStoreOptions): CacheStore {
  const timeoutMs = bounded("timeoutMs", options.timeoutMs ?? 1000, 50, 10_000);
  const prefix = matching("keyPrefix", options.keyPrefix ?? "portcullis", /^[\w-]{1,40}$/);
  const [client, messages] = [
    connectionTo(options.url, timeoutMs),
    connectionTo(options.url, timeoutMs),
  ];
  const onError = (error: unknown): void => options.onConnectionError?.(error);
  for (const connection of [client, messages]) connection.on("error", onError);
  const run = createScriptRunner(client, timeoutMs);
  const keys = redisKeys(prefix);
  const subscriber = createRedisSubscriber(messages, keys, timeoutMs, onError);
  const late = (): StoreFault => new StoreFault(`Redis did not answer within ${timeoutMs} ms`);

  return {
    async read(identity, names, fillToken) {
      const reply = await run(
        "read",
        [
          keys.marker,
          ...names.flatMap((name) => [keys.fence(identity, name), keys.value(identity, name)]),
        ],
        [identity.replid, identity.nonce, fillToken, `${fillTokenTtlMs}`, `${maxFillTokensPerKey}`],
      );
      return readReadings(reply, names.length);
    },

    async fill(identity, name, fillToken, value, ttlMs) {
      const reply = await run(
        "fill",
        [keys.marker, keys.value(identity, name)],
        [identity.replid, identity.nonce, fillToken, value, `${ttlMs}`],
      );
      return readOutcome("fill", reply, fillOutcomes);
    },

    async fence(identity, names, fence) {
      const reply = await run(
        "fence",
        [
          keys.marker,
          ...names.flatMap((name) => [keys.fence(identity, name), keys.value(identity, name)]),
        ],
        [
          identity.replid,
          identity.nonce,
          fence,
          keys.invalidations,
          encodeInvalidation({ keys: names, fence, replyTo: subscriber.address }),
        ],
      );
      return readOutcome("fence", reply, done);
    },

    async publish(identity, name, fence, value, ttlMs) {
      const reply = await run(
        "publish",
        [keys.marker, keys.fence(identity, name), keys.value(identity, name)],
        [identity.replid, identity.nonce, fence, value, `${ttlMs}`],
      );
      return readOutcome("publish", reply, publishOutcomes);
    },

    async unfence(identity, names, fence) {
      const reply = await run(
        "unfence",
        [keys.marker, ...names.map((name) => keys.fence(identity, name))],
        [identity.replid, identity.nonce, fence],
      );
      return readOutcome("unfence", reply, done);
    },

    async acknowledge({ fence, replyTo }, nodeId) {
      const text = encodeAcknowledgement({ fence, nodeId });
      const sent = client.publish(keys.acknowledgements(replyTo), text);
      await withDeadline(sent, timeoutMs, late);
    },

    async unfitness() {
      return unfitnessOf(await withDeadline(client.info(), timeoutMs, late));
    },

    async adopt(nonce) {
      const reply = await run("adopt", [keys.marker], [nonce]);
      return readAdoption(reply);
    },

    async sweep(nonce) {
      let cursor = "0";
      for (let batch = 0; batch < maxSweepBatches; batch += 1) {
        const scan = client.scan(cursor, { MATCH: keys.ofNonce(nonce), COUNT: sweepBatch });
        const page = await withDeadline(scan, timeoutMs, late);
        if (page.keys.length > 0) await withDeadline(client.unlink(page.keys), timeoutMs, late);
        cursor = page.cursor;
        if (cursor === "0") return;
      }
    },

    async open(listener) {
      if (client.isOpen) throw openedTwice();
      // connect() settles only once it has succeeded; until then every call fails at once and reads
      // go to Postgres, so a Redis that is away must not hold up the start.
      const connected = client.connect().then(() => undefined, onError);
      const waited = withDeadline(connected, timeoutMs, late).catch(onError);
      await Promise.all([waited, subscriber.open(listener)]);
    },

    close() {
      subscriber.close();
      if (client.isOpen) client.destroy();
      return Promise.resolve();
    },
  };
}

function connectionTo(url: string, timeoutMs: number): RedisClientType {
  // The client's own error would name the URL, and with it the password.
  if (!URL.canParse(url) || !/^rediss?:$/.test(new URL(url).protocol)) {
    throw new InvalidOptionsError("url must be a redis:// or rediss:// URL");
  }
  return createClient({
    url,
    // A command that waits for a new connection would run there as an old one.
    disableOfflineQueue: true,
    commandsQueueMaxLength: 10_000,
    // Each call has its deadline; the client's own would leave a timer behind for every command.
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
