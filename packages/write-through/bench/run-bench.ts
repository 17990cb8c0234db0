import { createTestDatabase, startPostgres, startRedis } from "@portcullis/test-servers";
import type { BenchArguments } from "./arguments.ts";
import type { BenchContext } from "./bench-context.ts";
import type { Breakdown, Comparison, Group, Section } from "./comparison.ts";
import { describeMachine, type Machine } from "./machine.ts";
import { benchMemory } from "./memory.ts";
import { benchNear } from "./near.ts";
import { benchRedis } from "./redis.ts";
import { benchWrite } from "./write.ts";

/** Whoever waits for a run. */
export interface BenchWatcher {
  phase(words: string): void;
  progress(done: number, total: number): void;
}

export interface BenchResults {
  readonly startedAt: string;
  readonly isShort: boolean;
  readonly machine: Machine;
  readonly comparisons: readonly Comparison[];
  readonly breakdowns: readonly Breakdown[];
  readonly troubles: readonly string[];
}

const benchmarks: Readonly<
  Record<Group, { words: string; run: (context: BenchContext) => Promise<Section> }>
> = {
  near: { words: "Reads from memory", run: benchNear },
  redis: { words: "Reads from Redis", run: benchRedis },
  write: { words: "Writes", run: benchWrite },
  memory: { words: "Bytes of an entry in memory", run: benchMemory },
};

/** Starts real servers on this machine and measures one group after the other. */
export async function runBench(
  { isShort, isDurable, groups }: Pick<BenchArguments, "isShort" | "isDurable" | "groups">,
  { phase, progress }: BenchWatcher,
): Promise<BenchResults> {
  const startedAt = new Date().toISOString();
  phase("Starting Postgres and Redis");
  await using stack = new AsyncDisposableStack();
  const redis = stack.use(await startRedis());
  const durable = isDurable ? stack.use(await startPostgres({ durable: true })) : undefined;
  const createDatabase = async (): Promise<string> => {
    const database = durable ? await durable.createDatabase() : await createTestDatabase();
    return stack.use(database).url;
  };
  const machine = await describeMachine(await createDatabase(), redis.url);

  const sections: Section[] = [];
  for (const group of groups) {
    const { words, run } = benchmarks[group];
    phase(words);
    sections.push(await run({ redisUrl: redis.url, createDatabase, isShort, progress }));
  }
  return {
    startedAt,
    isShort,
    machine,
    comparisons: sections.flatMap(({ comparisons }) => comparisons),
    breakdowns: sections.flatMap(({ breakdown }) => breakdown ?? []),
    troubles: [...new Set(sections.flatMap(({ troubles }) => troubles))],
  };
}
