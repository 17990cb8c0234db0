import { createClient } from "@redis/client";
import { expect, onTestFinished, test } from "vitest";

import { startRedis } from "./redis.ts";
import { sendRedisCommand } from "./redis-command.ts";
import type { RedisServer } from "./redis-server.ts";
import { isAlive, requirePid } from "./test-helpers.ts";

const answerTimeoutMs = 10_000;

test("a started server answers a client at its URL", async () => {
  await using redis = await startRedis();
  const client = createClient({ url: redis.url });
  await client.connect();
  try {
    expect(await client.ping()).toBe("PONG");
    expect(await client.configGet("maxmemory-policy")).toEqual({
      "maxmemory-policy": "volatile-lru",
    });
  } finally {
    client.destroy();
  }
});

test("settings win over the defaults", async () => {
  await using redis = await startRedis({ settings: { "maxmemory-policy": "noeviction" } });
  expect(await command(redis, "CONFIG", "SET", "maxmemory", "1")).toBe("+OK");
  expect(await command(redis, "SET", "key", "value")).toMatch(/^-OOM/);
});

test("stop ends the process, and may be called twice", async () => {
  const redis = await startRedis();
  const pid = requirePid(redis.pid);
  await redis.stop();
  await redis.stop();

  expect(isAlive(pid)).toBe(false);
});

test("stop ends a paused server", async () => {
  const redis = await startRedis();
  const pid = requirePid(redis.pid);
  redis.pause();
  await redis.stop();

  expect(isAlive(pid)).toBe(false);
});

test("a paused server answers nothing until it is resumed", async () => {
  await using redis = await startRedis();
  redis.pause();
  const answer = sendRedisCommand(redis.port, ["PING"], answerTimeoutMs);
  const first = await Promise.race([
    answer,
    sendRedisCommand(redis.port, ["PING"], 200).catch(codeOf),
  ]);
  expect(first).toBe("TIMED_OUT");

  redis.resume();
  expect(await answer).toBe("+PONG");
});

test("a restart with data keeps keys, port and URL, and changes the process", async () => {
  await using redis = await startRedis();
  const { port, pid } = redis;
  await command(redis, "SET", "key", "value");
  await redis.restart({ keepData: true });

  expect(redis.port).toBe(port);
  expect(redis.pid).not.toBe(pid);
  expect(await command(redis, "EXISTS", "key")).toBe(":1");
});

test("a restart without data forgets every key, also those of an older snapshot", async () => {
  await using redis = await startRedis();
  await command(redis, "SET", "key", "value");
  await redis.save();
  await redis.restart();

  expect(await command(redis, "EXISTS", "key")).toBe(":0");
});

test("a killed server comes back with its last snapshot, whatever was written or flushed since", async () => {
  await using redis = await startRedis();
  await command(redis, "SET", "key", "old");
  await redis.save();
  await command(redis, "SET", "key", "new");
  await redis.flush();
  expect(await command(redis, "EXISTS", "key")).toBe(":0");
  await redis.kill();
  await redis.restart({ keepData: true });

  expect(await command(redis, "GET", "key")).toBe("old");
});

test("flush keeps the process and its master_replid; a restart with data changes both", async () => {
  await using redis = await startRedis();
  const { pid } = redis;
  const replid = await masterReplid(redis);
  await redis.flush();
  expect(redis.pid).toBe(pid);
  expect(await masterReplid(redis)).toBe(replid);

  await redis.restart({ keepData: true });
  expect(redis.pid).not.toBe(pid);
  expect(await masterReplid(redis)).not.toBe(replid);
});

test("twenty servers start at once, each on its own port", async () => {
  await using stack = new AsyncDisposableStack();
  const servers = await Promise.all(
    Array.from({ length: 20 }, async () => stack.use(await startRedis())),
  );

  expect(new Set(servers.map(({ port }) => port)).size).toBe(20);
  const answers = await Promise.all(servers.map((server) => command(server, "PING")));
  expect(new Set(answers)).toEqual(new Set(["+PONG"]));
});

test("a setting that Redis refuses is reported with what Redis said", async () => {
  await expect(startRedis({ settings: { "no-such-setting": "1" } })).rejects.toMatchObject({
    code: "START_FAILED",
    message: expect.stringContaining("Bad directive"),
  });
});

test("a server named by the environment is used, and takes no orders", async () => {
  await using own = await startRedis();
  process.env["PORTCULLIS_TEST_REDIS_URL"] = own.url;
  onTestFinished(() => {
    delete process.env["PORTCULLIS_TEST_REDIS_URL"];
  });
  const named = await startRedis();

  expect(named.url).toBe(own.url);
  expect(() => named.pause()).toThrow("PORTCULLIS_TEST_REDIS_URL");
  for (const order of [
    () => named.save(),
    () => named.flush(),
    () => named.promote(),
    () => named.demote({ to: own }),
    () => startRedis({ replicaOf: own }),
  ]) {
    await expect(order()).rejects.toMatchObject({ code: "NOT_OURS" });
  }
  await named.stop();
  expect(await command(own, "PING")).toBe("+PONG");
});

async function masterReplid(redis: RedisServer): Promise<string | undefined> {
  return /^master_replid:(\w+)/m.exec(await command(redis, "INFO", "replication"))?.[1];
}

function command(redis: RedisServer, ...words: string[]): Promise<string> {
  return sendRedisCommand(redis.port, words, answerTimeoutMs);
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : error;
}
