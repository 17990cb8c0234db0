import type { Spread } from "./spread.ts";

export const groups = ["near", "redis", "write", "memory"] as const;
export type Group = (typeof groups)[number];

/** What is wanted of the median: of the ratio, or of what was measured itself. */
export interface Aim {
  readonly of: "ratio" | "measured";
  readonly below: number;
}

/** One thing measured beside another in the same rounds. */
export interface Comparison {
  readonly group: Group;
  readonly what: string;
  readonly against: string;
  /** Of what was measured to the other, round by round. */
  readonly ratios: readonly number[];
  readonly ratio: Spread;
  /** Medians over the rounds, of one operation or one entry. */
  readonly measured: number;
  readonly baseline: number;
  readonly unit: "ns" | "bytes";
  /** Empty: a yardstick, that says where the rest goes. */
  readonly aims: readonly Aim[];
}

export function isReached({ ratio, measured }: Comparison, aim: Aim): boolean {
  return (aim.of === "ratio" ? ratio.median : measured) < aim.below;
}

/** Where the time of some operations goes: a row a part, a column an operation, in ns. */
export interface Breakdown {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly {
    readonly part: string;
    /** As many as there are columns; undefined where an operation has no such part. */
    readonly ns: readonly (number | undefined)[];
  }[];
}

/** What one group of benchmarks found. */
export interface Section {
  readonly comparisons: readonly Comparison[];
  readonly breakdown?: Breakdown;
  /** What went wrong and was mended meanwhile: then more than the usual was measured. */
  readonly troubles: readonly string[];
}
