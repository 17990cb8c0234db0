import { createTestDatabase, startRedis } from "@portcullis/test-servers";
import { expect, it } from "vitest";
import type { ContestantName } from "../../peers/peer-names.ts";
import { runComparison } from "./run-comparison.ts";

/** That all of them start, their own tests show. */
const names: readonly ContestantName[] = [
  "none-standalone",
  "portcullis-standalone",
  "portcullis-service",
  "stateless-eddsa",
  "better-auth-redis",
];

it("compares, in a run too short to mean anything", { timeout: 180_000 }, async () => {
  await using database = await createTestDatabase();
  await using redis = await startRedis();
  const seen: string[] = [];
  const { comparison, goals } = await runComparison({
    servers: { postgresUrl: database.url, redisUrl: redis.url },
    names,
    isShort: true,
    onProgress: (done, total, what) => seen.push(`${done}/${total} ${what}`),
  });

  expect(comparison.contestants.map(({ name }) => name)).toEqual(names);
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
  expect(comparison.ratios.length).toBeGreaterThan(3);
  expect(new Set(goals.map(({ verdict }) => verdict))).toEqual(new Set(["not measured"]));
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
