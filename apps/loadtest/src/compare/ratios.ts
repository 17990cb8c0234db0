import type { Ratio } from "../results.ts";
import { spreadOf } from "../spread.ts";

/** Microseconds of CPU for one request, a round each, by contestant. */
export type RoundCosts = ReadonlyMap<string, readonly number[]>;

/** How many requests `of` answers while `against` answers one, for the same CPU. */
export function ratioOf(costs: RoundCosts, of: string, against: string): Ratio {
  const [own, others] = [costsOf(costs, of), costsOf(costs, against)];
  const rounds = own.map((micros, round) => (others[round] ?? Number.NaN) / micros);
  const spread = spreadOf(rounds);
  const isResolved = spread.lowerQuartile > 1 || spread.upperQuartile < 1;
  return { of, against, rounds, spread, isResolved };
}

function costsOf(costs: RoundCosts, name: string): readonly number[] {
  const found = costs.get(name);
  if (found === undefined) throw new Error(`${name} had no turn`);
  return found;
}
