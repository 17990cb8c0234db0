import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import type { RedisClientType } from "@redis/client";
import { sql } from "kysely";
import { openBareRedis } from "./bare-redis.ts";
import { openDatabase } from "./posts.ts";

/** What the numbers depend on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  readonly postgres: string;
  readonly redis: string;
  /** The load before the run: others' work. */
  readonly loadBefore: number;
  readonly isDurable: boolean;
}

export async function describeMachine(postgresUrl: string, redisUrl: string): Promise<Machine> {
  const database = openDatabase(postgresUrl);
  const redis = await openBareRedis(redisUrl);
  try {
    const { rows } = await sql<{ version: string; fsync: string }>`select
      current_setting('server_version') as version,
      current_setting('fsync') as fsync`.execute(database);
    return {
      cpu: cpus()[0]?.model ?? "unknown",
      cores: availableParallelism(),
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      node: process.versions.node,
      postgres: rows[0]?.version.split(" ")[0] ?? "unknown",
      redis: await redisVersion(redis),
      loadBefore: loadavg()[0] ?? 0,
      isDurable: rows[0]?.fsync === "on",
    };
  } finally {
    redis.destroy();
    await database.destroy();
  }
}

export function machineInWords(machine: Machine): string[] {
  const { cpu, cores, memoryGiB, node, postgres, redis, loadBefore, isDurable } = machine;
  const flush = isDurable ? "each commit is flushed to disk" : "commits are not flushed to disk";
  return [
    `${cores} cores of ${cpu}, ${memoryGiB} GiB; load before the run ${loadBefore.toFixed(2)}`,
    `Node ${node}, Postgres ${postgres} (${flush}), Redis ${redis}, all on this machine`,
  ];
}

async function redisVersion(redis: RedisClientType): Promise<string> {
  return /^redis_version:(\S+)/m.exec(await redis.info("server"))?.[1] ?? "unknown";
}
