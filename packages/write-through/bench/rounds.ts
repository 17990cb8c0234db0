import { setImmediate as nextTurn } from "node:timers/promises";
import type { Aim, Comparison, Group } from "./comparison.ts";
import { median, spreadOf } from "./spread.ts";

/** Something to be timed. */
export interface Contestant {
  readonly name: string;
  /** Runs the operations of one round, one after the other. */
  run(): Promise<unknown>;
}

export interface RoundOptions {
  readonly rounds: number;
  /** Rounds that come before and do not count, for compilers and caches. */
  readonly warmUpRounds: number;
  /** How many operations one call of `run` is. */
  readonly operations: number;
  readonly progress: (done: number, total: number) => void;
}

/** Times of one operation in ns, a round each, by contestant. */
export type RoundTimes = ReadonlyMap<string, readonly number[]>;

/**
 * Lets the contestants run in turns, so that whatever slows the machine for a while slows all of
 * them. Each round begins with the next one, so that none always comes after the same other.
 */
export async function runRounds(
  contestants: readonly Contestant[],
  { rounds, warmUpRounds, operations, progress }: RoundOptions,
): Promise<RoundTimes> {
  const times = new Map(contestants.map(({ name }) => [name, [] as number[]]));
  for (let round = -warmUpRounds; round < rounds; round += 1) {
    const first = (round + warmUpRounds) % contestants.length;
    for (const contestant of [...contestants.slice(first), ...contestants.slice(0, first)]) {
      // Leases are renewed and sockets read between the batches rather than within one.
      await nextTurn();
      const startNs = process.hrtime.bigint();
      await contestant.run();
      const passedNs = Number(process.hrtime.bigint() - startNs);
      if (round >= 0) times.get(contestant.name)?.push(passedNs / operations);
    }
    progress(round + warmUpRounds + 1, rounds + warmUpRounds);
  }
  return times;
}

/** What two contestants of the same rounds come to. */
export function compareTimes(
  times: RoundTimes,
  { group, what, against, aims = [] }: Pairing,
): Comparison {
  const [measured, baseline] = [timesOf(times, what), timesOf(times, against)];
  const ratios = measured.map((time, round) => time / (baseline[round] ?? Number.NaN));
  return {
    group,
    what,
    against,
    ratios,
    ratio: spreadOf(ratios),
    measured: median(measured),
    baseline: median(baseline),
    unit: "ns",
    aims,
  };
}

interface Pairing {
  readonly group: Group;
  readonly what: string;
  readonly against: string;
  readonly aims?: readonly Aim[];
}

function timesOf(times: RoundTimes, name: string): readonly number[] {
  const found = times.get(name);
  if (found === undefined) throw new Error(`${name} was not timed`);
  return found;
}
