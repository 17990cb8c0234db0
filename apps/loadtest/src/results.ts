/** Everything that a run of the load test has found: what `results.json` holds, and the page shows. */
export interface Results {
  /** ISO 8601. */
  readonly startedAt: string;
  readonly seconds: number;
  /** What the figures depend on, a line each: machine, versions, what shares its cores. */
  readonly circumstances: readonly string[];
  /** Too short for its figures to mean anything. */
  readonly isShort: boolean;
  /** Why it is not whole, if it is not: what is missing was not measured. */
  readonly cutShort: string | undefined;
  readonly scenarios: readonly ScenarioResult[];
  readonly comparison: Comparison | undefined;
  readonly goals: readonly GoalResult[];
}

export interface ScenarioResult {
  /** As on the command line. */
  readonly name: string;
  readonly title: string;
  /** What was done, in one or two sentences. */
  readonly what: string;
  readonly runs: readonly LoadRun[];
  /** What it has shown beyond figures, a sentence each; what went wrong too. */
  readonly findings: readonly Finding[];
}

export interface Finding {
  readonly tone: "good" | "bad" | "plain";
  readonly text: string;
}

/** One load that was put on the service for a while. */
export interface LoadRun {
  readonly label: string;
  /** `open`: requests come at a fixed rate, whatever becomes of them. `closed`: each connection waits. */
  readonly loop: "open" | "closed";
  readonly connections: number;
  /** What was asked for; undefined in a closed loop. */
  readonly wantedPerSecond: number | undefined;
  readonly seconds: number;
  readonly requests: number;
  /** Only what was answered as it should be. */
  readonly requestsPerSecond: number;
  /** How many failed, by what became of them: a status, `timeout`, `connection`, or the load's own word. */
  readonly failures: Readonly<Record<string, number>>;
  /** In an open loop from the moment at which the request was due, so that waiting to be sent counts. */
  readonly latency: Latency;
  /** By kind of request, where the load has several. */
  readonly latencyByKind: Readonly<Record<string, Latency>>;
  readonly timeline: readonly TimelinePoint[];
  /** What the generator could not do: then the latencies are not to be believed. */
  readonly generatorTrouble: string | undefined;
  /** Undefined where the service is another's. */
  readonly cost: Cost | undefined;
}

/** Times in milliseconds. */
export interface Latency {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  /** From the least to the most; shares from 0 to 1. */
  readonly curve: readonly { readonly share: number; readonly ms: number }[];
}

/** A second of a run. */
export interface TimelinePoint {
  readonly atSeconds: number;
  readonly requests: number;
  readonly failed: number;
  readonly p50: number;
  readonly p99: number;
}

/** What the run cost the service's side, a request where it says so. */
export interface Cost {
  readonly nodes: number;
  /** Of all nodes, in microseconds of CPU. */
  readonly cpuMicrosPerRequest: number;
  /** 1 is one core. */
  readonly cpuShare: number;
  readonly redisCommandsPerRequest: number;
  readonly postgresStatementsPerRequest: number;
  /** Resident, of the largest node at the end. */
  readonly memoryMiB: number;
  /** Of the node that had the worst. */
  readonly eventLoopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number };
}

/** Servers that answered the same call in turns, and what a request cost each. */
export interface Comparison {
  readonly rounds: number;
  readonly requestsPerRound: number;
  readonly contestants: readonly Contestant[];
  readonly ratios: readonly Ratio[];
}

export interface Contestant {
  readonly name: string;
  /** What it checks, and how, in one sentence. */
  readonly what: string;
  /** Microseconds of CPU of its process for one request, a round each. */
  readonly cpuMicros: readonly number[];
  /** The same of Postgres and Redis together, where they could be asked. In no ratio. */
  readonly serversCpuMicros?: readonly number[];
  /** The share of a core that its process used while nobody asked it anything. */
  readonly idleCpuShare?: number;
}

/** How many times the throughput per CPU of `against` the contestant `of` has, round by round. */
export interface Ratio {
  readonly of: string;
  readonly against: string;
  readonly rounds: readonly number[];
  readonly spread: Spread;
  /** Whether the rounds tell it from 1: their middle half does not reach across. */
  readonly isResolved: boolean;
}

/** The middle of some values, and their middle half. */
export interface Spread {
  readonly median: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
}

export interface GoalResult {
  readonly goal: string;
  /** With its unit. */
  readonly wanted: string;
  /** With its unit and spread; undefined where it was not measured. */
  readonly measured: string | undefined;
  readonly verdict: "reached" | "missed" | "not measured" | "not resolved";
}
