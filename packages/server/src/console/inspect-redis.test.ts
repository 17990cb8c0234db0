import { startRedis } from "@portcullis/test-servers";
import { expect, test } from "vitest";
import { inspectRedis } from "./inspect-redis.ts";

test("says how a Redis is", async () => {
  await using redis = await startRedis({ settings: { appendonly: "yes" } });
  const facts = await inspectRedis(redis.url);
  if (facts.kind !== "answered") throw new Error(facts.why);
  expect(facts).toMatchObject({ isAppendOnly: true, isSavingFailing: false });
  expect(facts.version).toMatch(/^\d+\./);
  const { askedAtMs, timeMs, answeredAtMs } = facts.clock;
  // One machine, one clock; TIME counts finer than ours.
  expect(timeMs).toBeGreaterThanOrEqual(askedAtMs - 1);
  expect(timeMs).toBeLessThanOrEqual(answeredAtMs + 1);
});

test("says why a Redis can not be asked, within its deadline", async () => {
  await using redis = await startRedis();
  redis.pause();
  expect(await inspectRedis(redis.url)).toEqual({
    kind: "unreachable",
    why: "no answer within 3000 ms",
  });
  redis.resume();
  await redis.stop();
  expect(await inspectRedis(redis.url)).toMatchObject({
    kind: "unreachable",
    why: expect.stringContaining("ECONNREFUSED"),
  });
});

test("V16.2.5 does not repeat the password of the URL", async () => {
  await using redis = await startRedis({ settings: { requirepass: "the right one" } });
  const { host } = new URL(redis.url);
  for (const url of [`redis://:find-me@${host}`, "http://:find-me@cache.test", "find-me"]) {
    const inspection = await inspectRedis(url);
    expect(inspection.kind).toBe("unreachable");
    expect(JSON.stringify(inspection)).not.toContain("find-me");
  }
});
