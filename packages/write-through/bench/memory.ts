import type { BenchContext } from "./bench-context.ts";
import { Child } from "./child.ts";
import type { Section } from "./comparison.ts";
import { preparePosts, type PostServers } from "./posts.ts";
import { median, spreadOf } from "./spread.ts";

export interface MemoryQuestion {
  readonly servers: PostServers;
  readonly rows: number;
  readonly nearMaxBytes: number;
}

/** Bytes of the heap for all rows, beside the rows themselves. */
export interface MemoryAnswer {
  readonly nearBytes: number;
  readonly mapBytes: number;
}

const sizes = {
  full: { rows: 100_000, rounds: 3 },
  short: { rows: 5000, rounds: 1 },
};
const nearMaxBytes = 2 ** 28;

/**
 * What it costs to keep rows in the memory of a process, beside the rows: the heap with them in the
 * cache, less the heap with the same rows in an array alone.
 */
export async function benchMemory(context: BenchContext): Promise<Section> {
  const { rows, rounds } = context.isShort ? sizes.short : sizes.full;
  const answers: MemoryAnswer[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const postgresUrl = await context.createDatabase();
    await preparePosts(postgresUrl, 0);
    const keyPrefix = `bench_memory_${round}`;
    const servers = { postgresUrl, redisUrl: context.redisUrl, keyPrefix };
    await using child = new Child<MemoryQuestion, MemoryAnswer>("memory-main.ts", ["--expose-gc"]);
    answers.push(await child.ask({ servers, rows, nearMaxBytes }));
    context.progress(round + 1, rounds);
  }

  const ratios = answers.map(({ nearBytes, mapBytes }) => nearBytes / mapBytes);
  const measured = median(answers.map(({ nearBytes }) => nearBytes / rows));
  return {
    comparisons: [
      {
        group: "memory",
        what: "near cache, an entry beside its row",
        against: "Map<string, row>",
        ratios,
        ratio: spreadOf(ratios),
        measured,
        baseline: median(answers.map(({ mapBytes }) => mapBytes / rows)),
        unit: "bytes",
        aims: [{ of: "measured", below: 400 }],
      },
    ],
    troubles: [],
  };
}
