import fc from "fast-check";
import { expect, test } from "vitest";
import { fillerCost, hashCostBounds, isCheaper } from "./hash-cost.ts";
import type { HashCost } from "./hash-cost.ts";

const part = (name: keyof HashCost) =>
  fc.integer({ min: hashCostBounds[name].least, max: hashCostBounds[name].most });
const anyCost: fc.Arbitrary<HashCost> = fc.record({
  memoryKib: part("memoryKib"),
  passes: part("passes"),
  lanes: part("lanes"),
});

const workOf = (cost: HashCost | undefined): number =>
  cost === undefined ? 0 : cost.memoryKib * cost.passes;

test("EN-01 a cheaper hash and its filler are as much work as a hash of now, in no more memory", () => {
  fc.assert(
    fc.property(anyCost, anyCost, (old, present) => {
      const filler = fillerCost(old, present);
      const missing = Math.max(0, workOf(present) - workOf(old));
      expect(filler === undefined).toBe(missing === 0);
      // Memory comes in whole KiB, of which there is a least: 32 of them for four lanes.
      expect(Math.abs(workOf(filler) - missing)).toBeLessThanOrEqual(32);
      expect(filler?.memoryKib ?? 0).toBeLessThanOrEqual(present.memoryKib);
      expect(filler?.passes ?? 0).toBeLessThanOrEqual(present.passes);
    }),
  );
});

test.each([
  ["the same", { memoryKib: 30_000, passes: 3, lanes: 2 }, false],
  ["less memory", { memoryKib: 29_999, passes: 3, lanes: 2 }, true],
  ["fewer passes", { memoryKib: 30_000, passes: 2, lanes: 2 }, true],
  ["fewer lanes", { memoryKib: 30_000, passes: 3, lanes: 1 }, true],
  ["less memory for more passes", { memoryKib: 20_000, passes: 10, lanes: 2 }, true],
  ["more of all", { memoryKib: 30_001, passes: 4, lanes: 3 }, false],
])("V11.2.2 cheaper than now: %s", (_, cost, isOlder) => {
  expect(isCheaper(cost, { memoryKib: 30_000, passes: 3, lanes: 2 })).toBe(isOlder);
});
