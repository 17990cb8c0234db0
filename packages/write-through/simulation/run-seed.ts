import type { Violation } from "./history.ts";
import type { Mutation } from "./mutations.ts";
import { stories, type StoryName } from "./stories.ts";
import { World } from "./world.ts";

export interface RunOutcome {
  readonly operations: number;
  readonly faults: readonly string[];
  readonly violations: readonly Violation[];
}

/** Plays one story with everything that it leaves open chosen by the seed. */
export async function runSeed(
  seed: number,
  mutation?: Mutation,
  story: StoryName = "life",
): Promise<RunOutcome> {
  const world = new World(seed, mutation);
  const faults = await stories[story](world);
  const violations = await world.judge();
  return { operations: world.history.operations, faults, violations };
}
