import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

/** Which processor each part of a load test runs on; undefined: any. */
export interface CpuPlan {
  /** One for each node. */
  readonly nodes: readonly (number | undefined)[];
  /** Of Postgres and Redis. */
  readonly servers: number | undefined;
  readonly generator: number | undefined;
  /** So many nodes have a processor that nothing else of ours runs on. */
  readonly nodesAlone: number;
  /** Who shares what, for the reader of the figures. */
  readonly inWords: string;
}

/**
 * The generator gets a processor of its own, then the servers share the generator's or get one, and
 * the nodes divide the others. With less than two there is nothing to plan.
 */
export function planCpus(processors: readonly number[], nodes: number): CpuPlan {
  const [generator] = processors;
  if (generator === undefined || processors.length < 2) {
    return {
      nodes: Array.from({ length: nodes }, () => undefined),
      servers: undefined,
      generator: undefined,
      nodesAlone: 0,
      inWords: `Nothing is pinned: nodes, generator, Postgres and Redis share ${availableParallelism()} processors as the system decides.`,
    };
  }
  const hasSpare = processors.length - 2 >= nodes;
  const servers = hasSpare ? processors[1] : generator;
  const forNodes = processors.slice(hasSpare ? 2 : 1);
  const placed = Array.from({ length: nodes }, (_, node) => forNodes[node % forNodes.length]);
  const nodesAlone = nodes <= forNodes.length ? nodes : 0;
  return {
    nodes: placed,
    servers,
    generator,
    nodesAlone,
    inWords: [
      `Pinned with taskset: the generator to processor ${generator}`,
      servers === generator ? "Postgres and Redis to the same" : `Postgres and Redis to ${servers}`,
      `${nodes === 1 ? "the node" : `the ${nodes} nodes`} to ${[...new Set(placed)].join(", ")}`,
      ...(nodesAlone < nodes ? ["so nodes share a processor"] : []),
    ]
      .join(", ")
      .concat("."),
  };
}

/** The processors that this process may use, where processes can be pinned to them; else none. */
export function findProcessors(): readonly number[] {
  if (process.platform !== "linux") return [];
  if (spawnSync("taskset", ["--version"]).status !== 0) return [];
  const [, list = ""] =
    /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return parseProcessors(list);
}

/** Reads `0-3,8` as the kernel writes it. */
export function parseProcessors(list: string): readonly number[] {
  return list
    .split(",")
    .filter(Boolean)
    .flatMap((range) => {
      const [first = Number.NaN, last = first] = range.split("-").map(Number);
      return Array.from({ length: last - first + 1 }, (_, at) => first + at);
    });
}

/** Moves a running process, and what it starts from now on, to one processor. */
export function pinProcess(pid: number, cpu: number): void {
  const { status, stderr } = spawnSync("taskset", ["-a", "-c", "-p", `${cpu}`, `${pid}`], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`taskset could not pin process ${pid}: ${stderr.trim()}`);
}
