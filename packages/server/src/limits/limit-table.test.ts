import { expect, test } from "vitest";
import { callLimitOf, limits } from "./limit-table.ts";
import type { DelayLimit, WindowLimit } from "./limit-table.ts";

const all: [string, WindowLimit | DelayLimit][] = Object.entries(limits);

test("V2.1.3 a procedure is counted by the limit that names it", () => {
  const named = all.flatMap(([name, { kind, bounds }]) =>
    kind === "call" ? bounds.map((procedure) => [procedure, name]) : [],
  );
  expect(Object.fromEntries(named)).toEqual(callLimitOf);
  expect(named).toHaveLength(Object.keys(callLimitOf).length);
});

test("V2.1.3 names are words of a key, and windows whole seconds", () => {
  for (const [name, limit] of all) {
    expect(name).toMatch(/^[a-z_]{1,40}$/);
    const seconds =
      limit.kind === "growing_delay"
        ? [limit.firstDelaySeconds, limit.longestDelaySeconds, limit.memorySeconds]
        : [limit.windowSeconds];
    for (const value of seconds) expect(Number.isSafeInteger(value) && value >= 1).toBe(true);
  }
});
