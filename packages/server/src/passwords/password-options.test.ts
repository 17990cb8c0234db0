import { expect, test } from "vitest";
import type { BreachSource } from "./breach-source.ts";
import { resolvePasswordOptions } from "./password-options.ts";
import type { PasswordOptions } from "./password-options.ts";

test("the defaults are as documented", () => {
  const { concurrency, ...settings } = resolvePasswordOptions({});
  expect(settings).toEqual({
    queueMax: 64,
    cost: { memoryKib: 19_456, passes: 2, lanes: 1 },
    contextWords: [],
    breachSource: undefined,
  });
  expect(concurrency).toBeGreaterThanOrEqual(1);
  expect(concurrency).toBeLessThanOrEqual(3);
});

test.each<PasswordOptions>([
  { concurrency: 1, queueMax: 0, memoryKib: 19_456, passes: 2, lanes: 1 },
  { concurrency: 64, queueMax: 10_000, memoryKib: 262_144, passes: 10, lanes: 4 },
  { contextWords: ["Acme", "a".repeat(64), "山田太郎", "Acme Rockets"] },
  { contextWords: Array<string>(100).fill("acme") },
])("accepted: %j", (options) => {
  const { cost, ...settings } = resolvePasswordOptions(options);
  expect({ ...settings, ...cost }).toMatchObject(options);
});

test.each<[string, PasswordOptions]>([
  ["no hashing at all", { concurrency: 0 }],
  ["65 at once", { concurrency: 65 }],
  ["a negative queue", { queueMax: -1 }],
  ["an endless queue", { queueMax: Infinity }],
  ["PS-1 memory below the floor", { memoryKib: 19_455 }],
  ["memory above the cap", { memoryKib: 262_145 }],
  ["a part of a KiB", { memoryKib: 19_456.5 }],
  ["PS-1 one pass", { passes: 1 }],
  ["eleven passes", { passes: 11 }],
  ["no lane", { lanes: 0 }],
  ["five lanes", { lanes: 5 }],
  ["NaN", { memoryKib: Number.NaN }],
  ["V6.1.2 a word that is too short to be looked for", { contextWords: ["abc"] }],
  ["V6.1.2 a word that is too short without its blanks", { contextWords: ["a b c"] }],
  ["a word that is too long", { contextWords: ["a".repeat(65)] }],
  ["too many words", { contextWords: Array<string>(101).fill("acme") }],
  ["a source that cannot be asked", { breachSource: {} as BreachSource }],
])("%s is refused", (_, options) => {
  expect(() => resolvePasswordOptions(options)).toThrow(
    expect.objectContaining({ code: "invalid_options" }),
  );
});
