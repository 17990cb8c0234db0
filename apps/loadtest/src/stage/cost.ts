import type { Cost } from "../results.ts";
import type { ProbeAnswer } from "./probe-messages.ts";

/** The counters of a stage at one moment. */
export interface StageCounters {
  /** By node. */
  readonly nodes: readonly ProbeAnswer[];
  readonly redisCommands: number;
  readonly postgresTransactions: number;
  readonly atMs: number;
}

/** What happened between two moments, for so many requests. */
export function costOf(before: StageCounters, after: StageCounters, requests: number): Cost {
  const cpuMicros = after.nodes.reduce(
    (sum, { cpuMicros: used }, node) => sum + used - (before.nodes[node]?.cpuMicros ?? 0),
    0,
  );
  const divisor = Math.max(1, requests);
  const delays = after.nodes.map(({ eventLoopDelayMs }) => eventLoopDelayMs);
  const worst = delays.toSorted((one, other) => other.p99 - one.p99)[0];
  return {
    nodes: after.nodes.length,
    cpuMicrosPerRequest: cpuMicros / divisor,
    cpuShare: cpuMicros / 1000 / Math.max(1, after.atMs - before.atMs),
    redisCommandsPerRequest: (after.redisCommands - before.redisCommands) / divisor,
    postgresStatementsPerRequest:
      Math.max(0, after.postgresTransactions - before.postgresTransactions) / divisor,
    memoryMiB: Math.max(...after.nodes.map(({ memoryBytes }) => memoryBytes)) / 2 ** 20,
    eventLoopDelayMs: worst ?? { p50: 0, p99: 0, max: 0 },
  };
}
