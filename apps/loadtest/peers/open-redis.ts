import { createClient } from "redis";

/** A client as most programs make it. */
export async function openRedis(url: string) {
  const client = createClient({ url });
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

export type OpenRedis = Awaited<ReturnType<typeof openRedis>>;
