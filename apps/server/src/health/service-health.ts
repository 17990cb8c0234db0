import type { CacheStatus, CacheStore, WriteThroughCache } from "@portcullis/write-through";
import type { ServiceHealth } from "../contract.ts";
import type { RecentEvents } from "./recent-events.ts";

export interface HealthOptions {
  readonly node: string;
  readonly leaseMs: number;
  readonly cache: Pick<WriteThroughCache<unknown>, "metrics" | "status">;
  /** Redis; undefined where rows are cached in the memory of this process only. */
  readonly redis: Pick<CacheStore, "unfitness"> | undefined;
  readonly answersPostgres: () => Promise<boolean>;
  readonly events: RecentEvents;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Makes the question of how this node is. Each answer waits for Postgres and Redis at most by their own deadlines. */
export function createHealthCheck(options: HealthOptions): () => Promise<ServiceHealth> {
  const { node, leaseMs, cache, redis, answersPostgres, events, now } = options;
  const startedAtMs = now();
  return async () => {
    const [postgresAnswers, redisState] = await Promise.all([answersPostgres(), askRedis(redis)]);
    return {
      node,
      uptimeSeconds: Math.floor((now() - startedAtMs) / 1000),
      leaseMs,
      cache: describeCache(cache.status()),
      metrics: cache.metrics(),
      postgres: postgresAnswers ? "up" : "down",
      redis: redisState,
      events: events.list(),
    };
  };
}

async function askRedis(redis: HealthOptions["redis"]): Promise<ServiceHealth["redis"]> {
  if (redis === undefined) return "not_used";
  try {
    await redis.unfitness();
    return "up";
  } catch {
    // The cache's own failures are among the events.
    return "down";
  }
}

/** JSON has no numbers of 64 bits. */
function describeCache(status: CacheStatus): ServiceHealth["cache"] {
  if (status.kind === "uncached") return status;
  return { kind: status.kind, epoch: String(status.epoch) };
}
