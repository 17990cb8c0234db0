import { expect, test } from "vitest";

import { startFaultProxy } from "./fault-proxy.ts";
import { startRedis } from "./redis.ts";
import { sendRedisCommand } from "./redis-command.ts";
import type { RedisServer } from "./redis-server.ts";

const answerTimeoutMs = 10_000;

test("a replica starts with what its master holds, follows it, and takes no writes", async () => {
  await using master = await startRedis();
  await command(master, "SET", "before", "v1");
  await using replica = await startRedis({ replicaOf: master });
  expect(await command(replica, "GET", "before")).toBe("v1");
  expect(await replication(replica, "role")).toBe("slave");

  await command(master, "SET", "after", "v1");
  await untilReplicated(master, replica);
  expect(await command(replica, "GET", "after")).toBe("v1");
  expect(await command(replica, "SET", "after", "v2")).toMatch(/^-READONLY/);
});

test("failover and failback: each promotion has a master_replid of its own", async () => {
  await using first = await startRedis();
  await using second = await startRedis({ replicaOf: first });
  const replidOfFirst = await replication(first, "master_replid");
  expect(await replication(second, "master_replid")).toBe(replidOfFirst);

  await second.promote();
  expect(await replication(second, "role")).toBe("master");
  const replidOfSecond = await replication(second, "master_replid");
  expect(replidOfSecond).not.toBe(replidOfFirst);
  await command(first, "SET", "lost", "v1");
  await command(second, "SET", "kept", "v1");
  await first.demote({ to: second });
  expect(await replication(first, "role")).toBe("slave");
  expect(await replication(first, "master_replid")).toBe(replidOfSecond);
  expect(await command(first, "EXISTS", "lost")).toBe(":0");
  expect(await command(first, "GET", "kept")).toBe("v1");

  await first.promote();
  expect([replidOfFirst, replidOfSecond]).not.toContain(await replication(first, "master_replid"));
});

test("promoting a master changes nothing", async () => {
  await using redis = await startRedis();
  const replid = await replication(redis, "master_replid");
  await redis.promote();

  expect(await replication(redis, "master_replid")).toBe(replid);
});

test("a replica behind a black hole is promoted without what its master wrote meanwhile", async () => {
  await using master = await startRedis();
  await using link = await startFaultProxy({ target: master });
  await using replica = await startRedis({ replicaOf: link });
  await command(master, "SET", "key", "v1");
  await untilReplicated(master, replica);
  link.blackHole();
  await command(master, "SET", "key", "v2");
  await replica.promote();
  link.heal();

  expect(await command(replica, "GET", "key")).toBe("v1");
  expect(await command(master, "GET", "key")).toBe("v2");
});

test("a master that is restarted after a failover comes back as a master, and an old one", async () => {
  await using first = await startRedis();
  await using second = await startRedis({ replicaOf: first });
  await command(first, "SET", "key", "v1");
  await untilReplicated(first, second);
  await first.save();
  await first.kill();
  await second.promote();
  await command(second, "SET", "key", "v2");
  await first.restart({ keepData: true });

  expect(await replication(first, "role")).toBe("master");
  expect(await command(first, "GET", "key")).toBe("v1");
});

test("a replica comes back as a replica, a promoted one as a master", async () => {
  await using master = await startRedis();
  await using replica = await startRedis({ replicaOf: master });
  await replica.restart({ keepData: true });
  expect(await replication(replica, "role")).toBe("slave");

  await replica.promote();
  await replica.restart({ keepData: true });
  expect(await replication(replica, "role")).toBe("master");
});

test("a replica is restarted though its master is gone", async () => {
  await using master = await startRedis();
  await using replica = await startRedis({ replicaOf: master });
  await command(master, "SET", "key", "v1");
  await untilReplicated(master, replica);
  await master.kill();
  await replica.restart({ keepData: true });

  expect(await command(replica, "GET", "key")).toBe("v1");
});

test("neither copying nor being copied replaces a server's own snapshot", async () => {
  await using first = await startRedis();
  await using second = await startRedis();
  await command(first, "SET", "owner", "first");
  await command(second, "SET", "owner", "second");
  await first.save();
  await second.save();
  await command(second, "SET", "owner", "nobody");
  await first.demote({ to: second });
  expect(await command(first, "GET", "owner")).toBe("nobody");

  await first.promote();
  await Promise.all([first.kill(), second.kill()]);
  await Promise.all([first.restart({ keepData: true }), second.restart({ keepData: true })]);
  expect(await command(first, "GET", "owner")).toBe("first");
  expect(await command(second, "GET", "owner")).toBe("second");
});

test("an order that Redis refuses throws its answer", async () => {
  await using master = await startRedis();
  await using replica = await startRedis({ replicaOf: master });

  await expect(replica.flush()).rejects.toMatchObject({
    code: "ORDER_REFUSED",
    message: expect.stringContaining("READONLY"),
  });
});

/** Returns once a replica holds all that its master holds now. */
async function untilReplicated(master: RedisServer, replica: RedisServer): Promise<void> {
  const offset = Number(await replication(master, "master_repl_offset"));
  await expect
    .poll(async () => Number(await replication(replica, "slave_repl_offset")), {
      timeout: answerTimeoutMs,
    })
    .toBeGreaterThanOrEqual(offset);
}

async function replication(redis: RedisServer, field: string): Promise<string | undefined> {
  const info = await command(redis, "INFO", "replication");
  return new RegExp(`^${field}:(.*)\\r$`, "m").exec(info)?.[1];
}

function command(redis: RedisServer, ...words: string[]): Promise<string> {
  return sendRedisCommand(redis.port, words, answerTimeoutMs);
}
