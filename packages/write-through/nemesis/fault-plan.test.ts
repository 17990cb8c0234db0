import { expect, it } from "vitest";
import { Chance } from "../simulation/chance.ts";
import { resourcesOf } from "./fault.ts";
import { longestMs, planFaults } from "./fault-plan.ts";

const nodes = 3;
const hourMs = 3_600_000;

it("is the same for the same seed, and another for another", () => {
  const plan = (seed: number): unknown => planFaults(new Chance(seed), nodes, hourMs);
  expect(plan(1)).toEqual(plan(1));
  expect(plan(1)).not.toEqual(plan(2));
});

it("fits into the time, leaves quiet between, and has two faults at once at most", () => {
  const rounds = planFaults(new Chance(1), nodes, hourMs);
  const lengthsMs = rounds.map((round) => round.quietMs + longestMs(round));
  expect(lengthsMs.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(hourMs);
  for (const { quietMs, faults } of rounds) {
    expect(quietMs).toBeGreaterThanOrEqual(2000);
    expect([1, 2]).toContain(faults.length);
  }
});

it("never has two faults at once that meddle with the same thing", () => {
  for (const { faults } of planFaults(new Chance(1), nodes, hourMs)) {
    const resources = faults.flatMap(({ fault }) => resourcesOf(fault, nodes));
    expect(new Set(resources).size).toBe(resources.length);
  }
});

it("comes to every kind of fault within five minutes", () => {
  const kinds = planFaults(new Chance(1), nodes, 300_000).flatMap(({ faults }) =>
    faults.map(({ fault }) =>
      fault.kind === "link" ? `${fault.server} ${fault.trouble.kind}` : fault.kind,
    ),
  );
  expect(new Set(kinds).size).toBe(17);
});
