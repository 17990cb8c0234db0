import { randomBytes } from "node:crypto";
import { startRedis } from "@portcullis/test-servers";
import { createClient } from "@redis/client";
import { expect, test } from "vitest";
import { limits } from "./limit-table.ts";
import type { LimitName } from "./limit-table.ts";
import { createLimiter } from "./limiter.ts";
import type { Limiter, LimitEvent } from "./limiter.ts";
import { createRedisLimitStore } from "./redis-limit-store.ts";

const { points } = limits.registrations_of_address;
const pollOptions = { timeout: 30_000 } as const;

interface Node extends AsyncDisposable {
  readonly limiter: Limiter;
  readonly events: LimitEvent[];
  readonly connectionErrors: unknown[];
  readonly clock: { nowMs: number };
}

async function startNode(url: string): Promise<Node> {
  const events: LimitEvent[] = [];
  const connectionErrors: unknown[] = [];
  const clock = { nowMs: Date.now() };
  const limiter = createLimiter({
    store: createRedisLimitStore({
      url,
      onConnectionError: (error) => void connectionErrors.push(error),
    }),
    scale: 1,
    limitKey: randomBytes(32),
    now: () => clock.nowMs,
    report: (event) => void events.push(event),
  });
  await limiter.start();
  return {
    limiter,
    events,
    connectionErrors,
    clock,
    [Symbol.asyncDispose]: () => limiter.stop(),
  };
}

async function admittedOf(limiter: Limiter, count: number, address: string): Promise<number> {
  const outcomes = await Promise.all(
    Array.from({ length: count }, () => limiter.admitCall("register", address)),
  );
  return outcomes.filter(({ kind }) => kind === "admitted").length;
}

/** Has a call been counted in Redis? */
async function reachesRedis(node: Node, url: string): Promise<boolean> {
  await node.limiter.admitCall("refresh", "192.0.2.1");
  return (await namesIn(url, "refreshes_of_address")).length > 0;
}

async function namesIn(url: string, limit: LimitName): Promise<string[]> {
  const client = createClient({ url });
  await client.connect();
  const names = await client.keys(`portcullis:limit:${limit}:*`);
  client.destroy();
  return names;
}

test("V2.4.1 a Redis that hangs: the limits hold in this process, nothing fails", async () => {
  await using redis = await startRedis();
  await using node = await startNode(redis.url);
  const { limiter, events } = node;
  const known = await limiter.admitPasswordTry("ada@example.test", "192.0.2.9");
  if (known.kind === "admitted") await known.succeeded();

  redis.pause();
  expect(await admittedOf(limiter, 100, "203.0.113.1")).toBe(points);
  expect(await admittedOf(limiter, 100, "203.0.113.1")).toBe(0);
  const tries = await Promise.all(
    Array.from({ length: 100 }, () => limiter.admitPasswordTry("bob@example.test", "192.0.2.9")),
  );
  const admitted = tries.filter((outcome) => outcome.kind === "admitted");
  expect(admitted).toHaveLength(limits.password_from_address.freeTries);
  await Promise.all(admitted.map((outcome) => outcome.succeeded()));
  await limiter.rememberOnlyAddress("bob@example.test", "192.0.2.9");
  expect(events.map(({ kind }) => kind)).toEqual(["limits_counted_locally"]);

  redis.resume();
  await expect.poll(() => reachesRedis(node, redis.url), pollOptions).toBe(true);
});

test("V2.4.1 a hanging Redis is not asked again and again", async () => {
  await using redis = await startRedis();
  await using node = await startNode(redis.url);
  redis.pause();
  await node.limiter.admitCall("register", "203.0.113.2");
  // Were each of them to wait for its deadline, this would take longer than a test may.
  for (let index = 0; index < 3000; index += 1) {
    await node.limiter.admitCall("register", `2001:db8:0:${index.toString(16)}::1`);
  }
  expect(node.events).toHaveLength(1);
});

test("a decision that was made without Redis does not go on in it", async () => {
  await using redis = await startRedis();
  await using node = await startNode(redis.url);
  redis.pause();
  await node.limiter.admitPasswordTry("ada@example.test", "203.0.113.1");
  redis.resume();
  await expect.poll(() => reachesRedis(node, redis.url), pollOptions).toBe(true);
  expect(await namesIn(redis.url, "password_failures_of_address")).toEqual([]);
});

test("V2.4.1 a killed Redis: limits hold in this process, and in Redis once it is back", async () => {
  await using redis = await startRedis();
  await using node = await startNode(redis.url);
  await redis.kill();
  expect(await admittedOf(node.limiter, 100, "203.0.113.1")).toBe(points);
  expect(await admittedOf(node.limiter, 100, "203.0.113.1")).toBe(0);
  expect(node.events.map(({ kind }) => kind)).toEqual(["limits_counted_locally"]);
  await redis.restart();
  await expect.poll(() => reachesRedis(node, redis.url), pollOptions).toBe(true);
  expect(node.connectionErrors.length).toBeGreaterThan(0);
});

test("a Redis that only reads, as after a failover, is one that is away", async () => {
  await using redis = await startRedis();
  await using master = await startRedis();
  await using node = await startNode(redis.url);
  await redis.demote({ to: master });
  expect(await admittedOf(node.limiter, 100, "203.0.113.1")).toBe(points);
  expect(node.events).toHaveLength(1);
});

test("a service starts while Redis is away, and counts in it later", async () => {
  await using redis = await startRedis();
  await redis.kill();
  await using node = await startNode(redis.url);
  expect(await admittedOf(node.limiter, 100, "203.0.113.1")).toBe(points);
  await redis.restart();
  await expect.poll(() => reachesRedis(node, redis.url), pollOptions).toBe(true);
});

test("a Redis that stays away is reported once a minute", async () => {
  await using redis = await startRedis();
  await using node = await startNode(redis.url);
  const { limiter, events, clock } = node;
  await redis.kill();
  const decide = async (): Promise<number> => {
    await limiter.admitCall("register", "203.0.113.1");
    return events.length;
  };
  await expect.poll(decide, pollOptions).toBe(1);
  clock.nowMs += 59_999;
  await decide();
  expect(events).toHaveLength(1);
  clock.nowMs += 1;
  await expect.poll(decide, pollOptions).toBe(2);
});

test("after it was stopped a limiter still decides", async () => {
  await using redis = await startRedis();
  await using node = await startNode(redis.url);
  await node.limiter.stop();
  await node.limiter.stop();
  expect(await admittedOf(node.limiter, 100, "203.0.113.1")).toBe(points);
});

test("one store serves one auth", async () => {
  await using redis = await startRedis();
  const store = createRedisLimitStore({ url: redis.url });
  await store.start(() => undefined);
  await expect(store.start(() => undefined)).rejects.toThrow("serves one auth");
  await store.close();
});

test.each([
  ["another protocol", { url: "http://user:hidden@127.0.0.1:6379" }],
  ["no URL", { url: "user:hidden@127.0.0.1" }],
  ["a timeout of 49 ms", { url: "redis://127.0.0.1", timeoutMs: 49 }],
  ["a timeout above 10 s", { url: "redis://127.0.0.1", timeoutMs: 10_001 }],
])("%s is refused", (_, options) => {
  let thrown: unknown;
  try {
    createRedisLimitStore(options);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ code: "invalid_options" });
  expect(String(thrown)).not.toContain("hidden");
});
