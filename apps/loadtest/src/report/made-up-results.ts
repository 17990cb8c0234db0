import type {
  Comparison,
  Contestant,
  Cost,
  GoalResult,
  Latency,
  LoadRun,
  Ratio,
  Results,
  ScenarioResult,
} from "../results.ts";
import { spreadOf } from "../spread.ts";

/** The results of a run in which nothing was measured. */
export const emptyResults: Results = {
  startedAt: "2026-11-24T02:00:00.000Z",
  seconds: 0.4,
  circumstances: [],
  isShort: false,
  cutShort: undefined,
  scenarios: [],
  comparison: undefined,
  goals: [],
};

export function madeUpLatency(medianMs: number, count = 60_000): Latency {
  const at = (share: number): number =>
    medianMs * (1 + 0.6 * Math.log10(1 / (1 - Math.min(share, 1 - 1 / count))) ** 1.7);
  const nines = Math.log10(count);
  const steps = 59;
  return {
    count,
    p50: at(0.5),
    p90: at(0.9),
    p99: at(0.99),
    p999: at(0.999),
    max: at(1),
    curve: Array.from({ length: steps + 1 }, (_, step) => {
      const share = step === steps ? 1 : 1 - 10 ** ((-nines * step) / steps);
      return { share, ms: at(share) };
    }),
  };
}

/** A run of which a test names what matters to it. */
export function madeUpRun(changes: Partial<LoadRun> = {}): LoadRun {
  const seconds = changes.seconds ?? 30;
  const latency = changes.latency ?? madeUpLatency(0.8);
  const requestsPerSecond = changes.requestsPerSecond ?? 2000;
  return {
    label: "half of its capacity",
    loop: "open",
    connections: 64,
    wantedPerSecond: requestsPerSecond,
    seconds,
    requests: Math.round(requestsPerSecond * seconds),
    requestsPerSecond,
    failures: {},
    latency,
    latencyByKind: {},
    timeline: Array.from({ length: seconds }, (_, atSeconds) => ({
      atSeconds,
      requests: requestsPerSecond * (1 + 0.03 * Math.sin(atSeconds * 2.1)),
      failed: 0,
      p50: latency.p50 * (1 + 0.1 * Math.sin(atSeconds)),
      p99: latency.p99 * (1 + 0.4 * Math.sin(atSeconds * 1.7) ** 2),
    })),
    generatorTrouble: undefined,
    cost: madeUpCost(),
    ...changes,
  };
}

function madeUpCost(changes: Partial<Cost> = {}): Cost {
  return {
    nodes: 1,
    cpuMicrosPerRequest: 187.4,
    cpuShare: 0.51,
    redisCommandsPerRequest: 0.0004,
    postgresStatementsPerRequest: 0,
    memoryMiB: 143.2,
    eventLoopDelayMs: { p50: 0.31, p99: 2.7, max: 18.4 },
    ...changes,
  };
}

/** Everything that the page can show, on the whole as a real run has it. */
export const fullResults: Results = {
  startedAt: "2026-11-24T02:00:00.000Z",
  seconds: 641,
  circumstances: [
    "2 CPUs of Intel Xeon at 2.6 GHz, 8 GiB, Linux 6.1",
    "Node 24.11, Postgres 17.2, Redis 7.0.15",
    "Node 1 has CPU 0 to itself; the generator, Postgres and Redis share CPU 1.",
  ],
  isShort: false,
  cutShort: undefined,
  scenarios: [
    protectedScenario(),
    mixedScenario(),
    logoutScenario(),
    steppedScenario(
      "growth",
      "Growth",
      [1000, 100_000, 1_000_000].flatMap((users) => [
        `auth.me of ${users} users`,
        `Refreshes among ${users} users`,
      ]),
    ),
    steppedScenario("nodes", "One to three nodes", ["1 node", "2 nodes", "3 nodes"]),
    soakScenario(),
  ],
  comparison: madeUpComparison(),
  goals: madeUpGoals(),
};

function protectedScenario(): ScenarioResult {
  return {
    name: "protected",
    title: "Protected query",
    what: "auth.me with a valid access token: always the same one, one of 10 000, and ten calls in a batch.",
    runs: [
      madeUpRun({
        label: "1 token, capacity",
        loop: "closed",
        wantedPerSecond: undefined,
        requestsPerSecond: 4312.6,
        latency: madeUpLatency(6.1, 129_378),
      }),
      madeUpRun({ label: "1 token", requestsPerSecond: 2156.3 }),
      madeUpRun({
        label: "10 000 tokens",
        requestsPerSecond: 2156.3,
        latency: madeUpLatency(0.93),
      }),
      madeUpRun({
        label: "batch of 10",
        requestsPerSecond: 900,
        latency: madeUpLatency(2.2, 27_000),
        generatorTrouble:
          "It sent requests up to 48 ms late: lower --rate, or give the generator a core of its own.",
      }),
    ],
    findings: [
      { tone: "good", text: "10 000 tokens cost 4 % more CPU than one." },
      { tone: "plain", text: "The batch was sent by a generator that was out of breath." },
    ],
  };
}

function mixedScenario(): ScenarioResult {
  return {
    name: "mixed",
    title: "Mixed day",
    what: "95 % reads; posts, logins, refreshes and log-outs make up the rest.",
    runs: [
      madeUpRun({
        label: "mixed day",
        seconds: 60,
        requestsPerSecond: 1000,
        failures: { timeout: 12, "status 503": 85, connection: 0 },
        latency: madeUpLatency(1.1),
        latencyByKind: {
          read: madeUpLatency(0.9, 57_000),
          post: madeUpLatency(3.4, 1200),
          login: madeUpLatency(61, 600),
          refresh: madeUpLatency(5.2, 900),
          logout: madeUpLatency(4.8, 300),
        },
        timeline: Array.from({ length: 60 }, (_, atSeconds) => ({
          atSeconds,
          requests: 1000,
          failed: atSeconds === 31 ? 90 : atSeconds === 32 ? 7 : 0,
          p50: atSeconds === 31 ? 220 : 1.1 + 0.1 * Math.sin(atSeconds),
          p99: atSeconds === 31 ? 1900 : 9 + 3 * Math.sin(atSeconds * 1.3),
        })),
      }),
    ],
    findings: [],
  };
}

function logoutScenario(): ScenarioResult {
  return {
    name: "logout",
    title: "Log-out storm while reading",
    what: "Readers go on with tokens of sessions that are logged out meanwhile. No read that was sent after its log-out was answered may be accepted.",
    runs: [
      madeUpRun({
        label: "1 node",
        requestsPerSecond: 1500,
        latency: madeUpLatency(1.4, 45_000),
        cost: madeUpCost({ redisCommandsPerRequest: 0.412, postgresStatementsPerRequest: 0.206 }),
      }),
      madeUpRun({
        label: "3 nodes",
        requestsPerSecond: 1500,
        latency: madeUpLatency(1.9, 45_000),
        cost: madeUpCost({ nodes: 3, redisCommandsPerRequest: 0.6 }),
      }),
    ],
    findings: [{ tone: "good", text: "Not one of 45 012 reads after a log-out was accepted." }],
  };
}

function steppedScenario(name: string, title: string, labels: readonly string[]): ScenarioResult {
  return {
    name,
    title,
    what: "The same load, one step after the other.",
    runs: labels.map((label, step) =>
      madeUpRun({
        label,
        loop: name === "nodes" ? "closed" : "open",
        wantedPerSecond: name === "nodes" ? undefined : 2100,
        seconds: 10,
        requestsPerSecond: name === "nodes" ? 2100 * (1 + 0.85 * step) : 2100,
        latency: madeUpLatency(0.8 + step * 0.07, 21_000),
        cost: madeUpCost({
          nodes: step + 1,
          cpuMicrosPerRequest: 187 + 6 * step,
          memoryMiB: 140 + 90 * step,
        }),
      }),
    ),
    findings: [],
  };
}

function soakScenario(): ScenarioResult {
  return {
    name: "soak",
    title: "Soak",
    what: "The mixed day for an hour.",
    runs: [madeUpRun({ label: "one hour", seconds: 3600, requestsPerSecond: 500 })],
    findings: [{ tone: "plain", text: "Memory grew by 2.1 MiB within the last half hour." }],
  };
}

function madeUpComparison(): Comparison {
  const contestants = [
    contestant("none-fastify", "Nothing; Fastify's adapter", 128),
    contestant("none-standalone", "Nothing; tRPC's standalone adapter", 186),
    contestant("portcullis-fastify", "The token, its session, its user and the realm", 137),
    contestant("portcullis-standalone", "The token, its session, its user and the realm", 199),
    contestant("portcullis-service", "The same, in the service as people run it", 91),
    contestant("stateless-hs256", "The signature (HS256) and the claims, by jose", 271),
    contestant("stateless-eddsa", "The signature (EdDSA) and the claims, by jose", 412),
    contestant("naive-write-through", "EdDSA, and a key of Redis a request", 540),
    contestant("express-session", "A session in Redis, by connect-redis", 238),
    contestant("better-auth-redis", "A session in Redis, by Better Auth", 1180),
    contestant("better-auth-database", "A session in Postgres, by Better Auth", 1730),
  ];
  const ratioOf = (of: string, against: string): Ratio => {
    const [one, other] = [of, against].map(
      (name) => contestants.find((each) => each.name === name)?.cpuMicros ?? [],
    );
    const rounds = (one ?? []).map((micros, round) => (other?.[round] ?? 0) / micros);
    const spread = spreadOf(rounds);
    return {
      of,
      against,
      rounds,
      spread,
      isResolved: spread.lowerQuartile > 1 || spread.upperQuartile < 1,
    };
  };
  return {
    rounds: 12,
    requestsPerRound: 2000,
    contestants,
    ratios: [
      ratioOf("portcullis-standalone", "none-standalone"),
      ratioOf("portcullis-fastify", "none-fastify"),
      ratioOf("portcullis-service", "stateless-eddsa"),
      ratioOf("portcullis-service", "better-auth-redis"),
      ratioOf("portcullis-service", "better-auth-database"),
    ],
  };
}

function contestant(name: string, what: string, micros: number): Contestant {
  const cpuMicros = Array.from(
    { length: 12 },
    (_, round) => micros * (1 + 0.11 * Math.sin(round * 1.9 + micros)),
  );
  const leansOnServers = /redis|session|database|naive/.test(name);
  const serversCpuMicros = cpuMicros.map((own) => own * (leansOnServers ? 0.21 : 0.0002));
  return { name, what, cpuMicros, serversCpuMicros, idleCpuShare: 0.0021 };
}

function madeUpGoals(): readonly GoalResult[] {
  return [
    {
      goal: "A protected call on tRPC's standalone adapter has the throughput per CPU of a call without auth",
      wanted: "at least 90 %",
      measured: "93 %, middle half 89 % to 97 %",
      verdict: "not resolved",
    },
    {
      goal: "Against a stateless EdDSA check on the standalone adapter",
      wanted: "at least 3 times",
      measured: "4.51 times, middle half 4.31 to 4.70",
      verdict: "reached",
    },
    {
      goal: "Against Better Auth with sessions in its database",
      wanted: "at least 12 times",
      measured: "19.0 times, middle half 17.9 to 20.2",
      verdict: "reached",
    },
    {
      goal: "A log-out with three nodes, against the bare UPDATE and its commit",
      wanted: "at most 3 times",
      measured: "3.42 times, middle half 3.20 to 3.71",
      verdict: "missed",
    },
    {
      goal: "A second node adds to the capacity of the first (here both would share a CPU with the generator)",
      wanted: "at least 85 %",
      measured: undefined,
      verdict: "not measured",
    },
  ];
}
