import { createTestDatabase, startRedis } from "@portcullis/test-servers";
import { expect, it } from "vitest";
import { contestantNames } from "../../peers/peer-names.ts";
import { runComparison } from "./run-comparison.ts";

// It starts sixteen servers, one after the other.
const timeout = 180_000;

it("compares everybody, in a run too short to mean anything", { timeout }, async () => {
  await using database = await createTestDatabase();
  await using redis = await startRedis();
  const seen: string[] = [];
  const { comparison, goals } = await runComparison({
    servers: { postgresUrl: database.url, redisUrl: redis.url },
    isShort: true,
    onProgress: (done, total, what) => seen.push(`${done}/${total} ${what}`),
  });

  expect(comparison.contestants.map(({ name }) => name)).toEqual(contestantNames);
  for (const { cpuMicros, serversCpuMicros } of comparison.contestants) {
    expect(cpuMicros).toHaveLength(comparison.rounds);
    expect(Math.min(...cpuMicros)).toBeGreaterThan(0);
    expect(serversCpuMicros?.every((micros) => micros >= 0)).not.toBe(false);
  }
  for (const { rounds, spread } of comparison.ratios) {
    for (const value of [...rounds, ...Object.values(spread)]) {
      expect(value).toBeGreaterThan(0);
      expect(value).toBeLessThan(Infinity);
    }
  }
  expect(goals.filter(({ measured }) => measured !== undefined)).toHaveLength(6);
  expect(seen.at(-1)).toMatch(/^(\d+)\/\1 /);
});

it("ends between two steps when it is told to", async () => {
  await using database = await createTestDatabase();
  await using redis = await startRedis();
  const cut = new AbortController();
  const running = runComparison({
    servers: { postgresUrl: database.url, redisUrl: redis.url },
    isShort: true,
    onProgress: (done) => done === 2 && cut.abort(new Error("cut short")),
    signal: cut.signal,
  });
  await expect(running).rejects.toThrow("cut short");
});
