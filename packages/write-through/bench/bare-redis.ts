import { createClient, type RedisClientType } from "@redis/client";
import { redisTimeoutMs } from "./posts.ts";

/** A client of node-redis with the settings that the cache gives its own. */
export async function openBareRedis(url: string): Promise<RedisClientType> {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    commandsQueueMaxLength: 10_000,
    commandOptions: { timeout: 0 },
    pingInterval: Math.ceil(redisTimeoutMs * 0.3),
    maintNotifications: "disabled",
    socket: { connectTimeout: redisTimeoutMs, socketTimeout: redisTimeoutMs, keepAlive: true },
  }) as RedisClientType;
  client.on("error", () => undefined);
  await client.connect();
  return client;
}
