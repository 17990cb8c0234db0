import { expect, it } from "vitest";
import type { NemesisOptions } from "./arguments.ts";
import { runNemesis, type NemesisOutcome } from "./run-nemesis.ts";

const quietly = {
  phase: () => undefined,
  progress: () => undefined,
  reported: () => undefined,
};

/** Far longer than a run and its ends; every wait within it has a deadline of its own. */
const timeoutMs = 600_000;

async function run(options: NemesisOptions): Promise<NemesisOutcome> {
  return await runNemesis(options, quietly, new AbortController().signal);
}

it(
  "two minutes of real faults find nothing wrong",
  async () => {
    const { violations, service } = await run({ minutes: 2, seed: 1, cache: "write-through" });
    expect(violations).toEqual([]);
    expect(service.count("read")).toBeGreaterThan(0);
    expect(service.count("write")).toBeGreaterThan(0);
    expect(service.faults.length).toBeGreaterThan(0);
  },
  timeoutMs,
);

it(
  "the same against a naive cache finds stale reads",
  async () => {
    const { violations } = await run({ minutes: 0.5, seed: 1, cache: "naive" });
    expect(violations.map(({ rule }) => rule)).toContain("stale read");
  },
  timeoutMs,
);
