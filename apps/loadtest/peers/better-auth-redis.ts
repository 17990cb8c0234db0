import { startBetterAuth } from "./better-auth-peer.ts";
import { openRedis } from "./open-redis.ts";
import type { Peer, PeerServers } from "./peer.ts";

const prefix = "better-auth:";

/** Better Auth with its sessions in Redis, as secondary storage. */
export async function start(servers: PeerServers): Promise<Peer> {
  await using started = new AsyncDisposableStack();
  const redis = await openRedis(servers.redisUrl);
  started.defer(() => redis.close());
  const peer = started.use(
    await startBetterAuth(servers, {
      secondaryStorage: {
        get: (key) => redis.get(prefix + key),
        getAndDelete: (key) => redis.getDel(prefix + key),
        async increment(key, ttlSeconds) {
          const [count] = await redis
            .multi()
            .incr(prefix + key)
            .expire(prefix + key, ttlSeconds, "NX")
            .exec();
          return Number(count);
        },
        async set(key, value, ttlSeconds) {
          const expiration = ttlSeconds === undefined ? {} : ({ EX: ttlSeconds } as const);
          await redis.set(prefix + key, value, expiration);
        },
        async delete(key) {
          await redis.del(prefix + key);
        },
      },
    }),
  );
  const parts = started.move();
  return { ...peer, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}
