import { setTimeout as pause } from "node:timers/promises";
import { AnsweringProcess } from "../../peers/answering-process.ts";
import type { PeerServers } from "../../peers/peer.ts";
import { contestantNames, type ContestantName } from "../../peers/peer-names.ts";
import { startPeerProcess, type PeerProcess } from "../../peers/peer-process.ts";
import type { Comparison, GoalResult } from "../results.ts";
import { comparisonGoals } from "./comparison-goals.ts";
import { contestants, pairs } from "./contestants.ts";
import { ratioOf } from "./ratios.ts";
import { openServersCpu, type ServersCpu } from "./servers-cpu.ts";
import type { TurnQuestion } from "./turn-question.ts";
import type { TurnTarget } from "./turn.ts";

export interface ComparisonOptions {
  /** An empty database, and a Redis, that nobody else uses meanwhile. */
  readonly servers: PeerServers;
  /** Who takes part. Default: all. */
  readonly names?: readonly ContestantName[];
  /** A smoke test: too few rounds for its figures to mean anything. */
  readonly isShort: boolean;
  /** The cores that contestants and requests are kept on. Takes `taskset`. Default: any. */
  readonly cpu?: { readonly server: number; readonly generator: number };
  readonly onProgress: (done: number, total: number, what: string) => void;
  /** Ends it between two turns; it then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

interface Sizes {
  readonly rounds: number;
  /**
   * Requests to each that come before and do not count. Node's compilers take some ten thousand to be
   * done with a server, and with one that does more they take longer: before, it costs twice as much.
   */
  readonly warmUpRequests: number;
  readonly requestsPerRound: number;
  readonly connections: number;
  /** How long all are left alone, to see what they do by themselves. */
  readonly idleMs: number;
}

const sizes: Readonly<Record<"full" | "short", Sizes>> = {
  full: {
    rounds: 9,
    warmUpRequests: 15_000,
    requestsPerRound: 2000,
    connections: 32,
    idleMs: 2000,
  },
  short: { rounds: 2, warmUpRequests: 60, requestsPerRound: 60, connections: 4, idleMs: 100 },
};

/** Requests over new connections that do not count: for the connections, and what the pause has cooled. */
const openingRequestsPerConnection = 8;

const turnProgram = new URL("turn-main.ts", import.meta.url).href;

/** Lets servers answer the same call in turns, and compares what a request costs each of them. */
export async function runComparison({
  servers,
  names = contestantNames,
  isShort,
  cpu,
  onProgress,
  signal,
}: ComparisonOptions): Promise<{ comparison: Comparison; goals: GoalResult[] }> {
  const { rounds, warmUpRequests, requestsPerRound, connections, idleMs } =
    sizes[isShort ? "short" : "full"];
  const total = names.length * (2 + rounds);
  let done = 0;
  const progress = (what: string): void => onProgress((done += 1), total, what);

  await using started = new AsyncDisposableStack();
  const serversCpu = await openServersCpu(servers);
  if (serversCpu !== undefined) started.use(serversCpu);
  const generator = started.use(
    new AnsweringProcess<TurnQuestion>(turnProgram, { cpu: cpu?.generator }),
  );
  const entrants: Entrant[] = [];
  for (const name of names) {
    signal?.throwIfAborted();
    const peer = started.use(await startPeerProcess(name, servers, cpu?.server));
    const { credential, user } = await peer.signIn();
    const { origin, path } = peer;
    entrants.push({ name, peer, target: { origin, path, credential, user }, turns: [] });
    progress(`${name} is started`);
  }

  const setting = { generator, serversCpu, connections };
  for (const entrant of entrants) {
    signal?.throwIfAborted();
    await takeTurn(entrant, { ...setting, requests: warmUpRequests });
    progress(`${entrant.name} is warm`);
  }
  const idleShares = await measureIdle(entrants, idleMs, signal);
  for (let round = 0; round < rounds; round += 1) {
    for (const entrant of rotated(entrants, round)) {
      signal?.throwIfAborted();
      entrant.turns.push(await takeTurn(entrant, { ...setting, requests: requestsPerRound }));
      progress(`round ${round + 1} of ${rounds}, ${entrant.name}`);
    }
  }

  const costs = new Map(
    entrants.map(({ name, turns }) => [name, turns.map(({ cpuMicros }) => cpuMicros)]),
  );
  return {
    comparison: {
      rounds,
      requestsPerRound,
      contestants: entrants.map(({ name, turns }, index) => ({
        name,
        what: contestants[name],
        cpuMicros: turns.map(({ cpuMicros }) => cpuMicros),
        ...(serversCpu !== undefined && {
          serversCpuMicros: turns.map(({ serversCpuMicros }) => serversCpuMicros),
        }),
        idleCpuShare: idleShares[index] ?? 0,
      })),
      ratios: pairs
        .filter((pair) => pair.every((name) => costs.has(name)))
        .map(([of, against]) => ratioOf(costs, of, against)),
    },
    goals: [...comparisonGoals(costs, isShort)],
  };
}

interface Entrant {
  readonly name: ContestantName;
  readonly peer: PeerProcess;
  readonly target: TurnTarget;
  readonly turns: TurnCost[];
}

/** Of one request. */
interface TurnCost {
  readonly cpuMicros: number;
  readonly serversCpuMicros: number;
}

interface TurnSettings {
  readonly generator: AnsweringProcess<TurnQuestion>;
  readonly serversCpu: ServersCpu | undefined;
  readonly connections: number;
  readonly requests: number;
}

async function takeTurn(
  { peer, target }: Entrant,
  { generator, serversCpu, connections, requests }: TurnSettings,
): Promise<TurnCost> {
  const readAll = async (): Promise<readonly [own: number, servers: number]> => [
    await peer.cpuMicros(),
    (await serversCpu?.micros()) ?? 0,
  ];
  await generator.ask({ kind: "open", target, connections });
  await generator.ask({ kind: "send", requests: connections * openingRequestsPerConnection });
  const before = await readAll();
  await generator.ask({ kind: "send", requests });
  const after = await readAll();
  await generator.ask({ kind: "close" });
  return {
    cpuMicros: (after[0] - before[0]) / requests,
    serversCpuMicros: (after[1] - before[1]) / requests,
  };
}

/** The share of a core that each uses while nobody asks it anything. */
async function measureIdle(
  entrants: readonly Entrant[],
  idleMs: number,
  signal: AbortSignal | undefined,
): Promise<readonly number[]> {
  const readAll = (): Promise<number[]> =>
    Promise.all(entrants.map(({ peer }) => peer.cpuMicros()));
  const before = await readAll();
  const startMs = performance.now();
  await pause(idleMs, undefined, signal === undefined ? {} : { signal });
  const passedMicros = (performance.now() - startMs) * 1000;
  const after = await readAll();
  return after.map((micros, index) => (micros - (before[index] ?? 0)) / passedMicros);
}

/** Each round begins with the next one, so that none always comes after the same other. */
function rotated<T>(values: readonly T[], round: number): readonly T[] {
  const first = round % values.length;
  return [...values.slice(first), ...values.slice(0, first)];
}
