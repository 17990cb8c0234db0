import { createClient, type RedisClientType } from "@redis/client";

/** Counts what Redis has run, and says which one it is. */
export interface RedisStatistics extends AsyncDisposable {
  /** Commands since it began, those inside of scripts too, without ours. */
  readonly countCommands: () => Promise<number>;
  readonly version: () => Promise<string>;
}

const timeoutMs = 5000;

export async function openRedisStatistics(url: string): Promise<RedisStatistics> {
  const client = createClient({
    url,
    commandOptions: { timeout: timeoutMs },
    maintNotifications: "disabled",
    socket: { connectTimeout: timeoutMs },
  }) as RedisClientType;
  client.on("error", () => undefined);
  await client.connect();
  return {
    countCommands: async () => sumOfCalls(await client.info("commandstats")),
    version: async () =>
      /^redis_version:(\S+)/m.exec(await client.info("server"))?.[1] ?? "unknown",
    [Symbol.asyncDispose]: async () => client.destroy(),
  };
}

/** Of the section `commandstats` of INFO: a line `cmdstat_get:calls=3,usec=…` a command. */
export function sumOfCalls(section: string): number {
  return Array.from(section.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm))
    .filter(([, command]) => command !== "info")
    .reduce((sum, [, , calls]) => sum + Number(calls), 0);
}
