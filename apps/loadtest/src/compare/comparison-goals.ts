import type { GoalResult } from "../results.ts";
import { asFactor, judgeGoal, notMeasured } from "../scenarios/goals.ts";
import { ratioOf, type RoundCosts } from "./ratios.ts";

interface ComparisonGoal {
  readonly goal: string;
  readonly of: string;
  readonly against: string;
  /** Of the throughput for the same CPU. */
  readonly least: number;
}

const goals: readonly ComparisonGoal[] = [
  ...["standalone", "fastify", "hono"].map((adapter) => ({
    goal: `A protected call against the same adapter without auth: ${adapter}`,
    of: `portcullis-${adapter}`,
    against: `none-${adapter}`,
    least: 0.9,
  })),
  {
    goal: "The service against a stateless EdDSA check on the standalone adapter",
    of: "portcullis-service",
    against: "stateless-eddsa",
    least: 3,
  },
  {
    goal: "The service against Better Auth with Redis",
    of: "portcullis-service",
    against: "better-auth-redis",
    least: 8,
  },
  {
    goal: "The service against Better Auth with its sessions in Postgres",
    of: "portcullis-service",
    against: "better-auth-postgres",
    least: 12,
  },
];

/** @param isShort The rounds say nothing. */
export function comparisonGoals(costs: RoundCosts, isShort: boolean): readonly GoalResult[] {
  return goals.map(({ goal, of, against, least }) => {
    const wanted = `at least ${least} times the throughput per CPU`;
    if (isShort) return notMeasured({ goal, wanted }, "a short run says nothing");
    if (!costs.has(of) || !costs.has(against)) {
      return notMeasured({ goal, wanted }, "no such contestant");
    }
    return judgeGoal(
      { goal, wanted, bound: { kind: "least", value: least }, inWords: asFactor },
      ratioOf(costs, of, against).rounds,
    );
  });
}
