import type { LoadRun } from "../results.ts";
import { count } from "./numbers.ts";

/** The runs of one load, from one step to the next. */
export interface Series {
  readonly name: string;
  readonly steps: readonly Step[];
}

export interface Step {
  /** The number in the run's label, as people read it. */
  readonly name: string;
  readonly run: LoadRun;
}

const firstNumber = /\d+(?:[ \u{202f}]\d{3}(?!\d))*/u;

/**
 * The runs whose labels are the same but for their first number: `1 node` and `2 nodes`. A run that no
 * other goes with is in none.
 */
export function seriesOf(runs: readonly LoadRun[]): readonly Series[] {
  const numbered = runs.flatMap((run) => {
    const [number] = firstNumber.exec(run.label) ?? [];
    return number === undefined ? [] : [{ run, number }];
  });
  const groups = Map.groupBy(numbered, ({ run }) =>
    run.label.replace(firstNumber, "").replaceAll(/s\b/g, ""),
  );
  return [...groups.values()]
    .filter(({ length }) => length > 1)
    .map((group) => ({
      name: group.at(-1)?.run.label.replace(firstNumber, "…") ?? "",
      steps: group.map(({ run, number }) => ({
        name: count(Number(number.replaceAll(/\D/g, ""))),
        run,
      })),
    }));
}
