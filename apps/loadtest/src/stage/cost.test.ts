import { expect, test } from "vitest";
import { costOf, type StageCounters } from "./cost.ts";
import { sumOfCalls } from "./redis-commands.ts";

function counters(atMs: number, cpuMicros: readonly number[], count: number): StageCounters {
  return {
    atMs,
    redisCommands: count,
    postgresTransactions: count,
    nodes: cpuMicros.map((used, node) => ({
      probe: 1,
      cpuMicros: used,
      memoryBytes: (node + 1) * 2 ** 20,
      eventLoopDelayMs: { p50: node, p99: 10 - node, max: 20 },
    })),
  };
}

test("what all nodes used is shared among the requests; the worst loop and the largest node count", () => {
  expect(
    costOf(counters(0, [1000, 5000], 10), counters(2000, [501_000, 505_000], 30), 100),
  ).toEqual({
    nodes: 2,
    cpuMicrosPerRequest: 10_000,
    cpuShare: 0.5,
    redisCommandsPerRequest: 0.2,
    postgresStatementsPerRequest: 0.2,
    memoryMiB: 2,
    eventLoopDelayMs: { p50: 0, p99: 10, max: 20 },
  });
});

test("a load without a single request costs no infinity", () => {
  const cost = costOf(counters(0, [0], 0), counters(0, [0], 0), 0);
  expect(Object.values(cost).filter((value) => typeof value === "number")).toSatisfy(
    (values: number[]) => values.every(Number.isFinite),
  );
});

test("the calls of all commands are counted, those of ours not", () => {
  const section = [
    "# Commandstats",
    "cmdstat_get:calls=3,usec=9,usec_per_call=3.00",
    "cmdstat_client|setinfo:calls=2,usec=9,usec_per_call=4.50",
    "cmdstat_info:calls=100,usec=9,usec_per_call=0.09",
  ].join("\r\n");
  expect(sumOfCalls(section)).toBe(5);
});
