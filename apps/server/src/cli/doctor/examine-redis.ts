import { inspectRedis } from "@portcullis/server";
import type { CacheStore } from "@portcullis/write-through";
import { fault, type Finding } from "./finding.ts";
import { judgeClock } from "./judge-clock.ts";
import { judgeConnection } from "./judge-connection.ts";
import { judgeRedis } from "./judge-redis.ts";

/** Looks at Redis, also with the eyes of the cache. */
export async function examineRedis(redisUrl: string, store: CacheStore): Promise<Finding[]> {
  const url = new URL(redisUrl);
  const connection = judgeConnection({
    subject: "redis",
    server: "Redis",
    variable: "REDIS_URL",
    url,
    tls: url.protocol === "rediss:" ? "verified" : "none",
    tlsRemedy: "Use a rediss:// URL in REDIS_URL",
  });
  const facts = await inspectRedis(redisUrl);
  if (facts.kind === "unreachable") {
    const place = `${url.hostname}:${url.port || "6379"}`;
    return [
      fault(
        "redis",
        `Redis can not be used at ${place}, where REDIS_URL points: ${facts.why}.`,
        "Start it, or correct REDIS_URL. Until then tokens are checked against Postgres, and limits counted by each node alone.",
      ),
      ...connection,
    ];
  }
  return [
    ...judgeRedis(facts, await unfitnessOf(store)),
    ...connection,
    judgeClock("Redis", facts.clock),
  ];
}

/** What the cache refuses to start with. */
async function unfitnessOf(store: CacheStore): Promise<string | undefined> {
  await store.open(deaf);
  try {
    return await store.unfitness();
  } finally {
    await store.close();
  }
}

const deaf = {
  invalidated: () => undefined,
  acknowledged: () => undefined,
  listening: () => undefined,
};
