import { createClient, type RedisClientType } from "@redis/client";
import { onTestFinished } from "vitest";

/** A client of the test's own, which outlives a server that is stopped or killed under it. */
export async function connectRedis({ url }: { readonly url: string }): Promise<RedisClientType> {
  const client = createClient({ url }) as RedisClientType;
  client.on("error", () => undefined);
  await client.connect();
  onTestFinished(() => client.destroy());
  return client;
}
