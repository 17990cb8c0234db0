import { createTestDatabase, startFaultProxy, startRedis } from "@portcullis/test-servers";
import type { FaultProxy, RedisServer } from "@portcullis/test-servers";
import { createRedisStore, createWriteThroughCache } from "@portcullis/write-through";
import type { AuthOptions } from "../../src/index.ts";
import { createRedisLimitStore } from "../../src/index.ts";
import type { AuthTables } from "../../src/repositories/tables.ts";
import { createNode, migrate, openDatabase } from "../start-auth.ts";
import type { TestClock, TestNode } from "../start-auth.ts";

/** A node whose ways to its servers can fail, each by itself. */
export interface FragileNode extends TestNode {
  readonly wayToPostgres: FaultProxy;
  readonly wayToRedis: FaultProxy;
}

export interface FragileWorld extends AsyncDisposable {
  readonly nodes: readonly [FragileNode, FragileNode];
  /** A way to the same database that does not fail. */
  readonly database: TestNode["database"];
  readonly redis: RedisServer;
  readonly clock: TestClock;
}

const leaseMs = 1000;
const redisTimeoutMs = 300;

export interface FragileWorldOptions {
  readonly auth?: Partial<AuthOptions<AuthTables>>;
  /** Default 5000, as in life. */
  readonly databaseTimeoutMs?: number;
  /** Multiplies what limits allow. Default 1000. */
  readonly limitScale?: number;
}

/** Starts two nodes that share a Postgres and a Redis, and count limits in it. */
export async function startFragileWorld(options: FragileWorldOptions = {}): Promise<FragileWorld> {
  const { auth, databaseTimeoutMs = 5000, limitScale: scale = 1000 } = options;
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await createTestDatabase({ template: "auth", migrate }));
  const redis = stack.use(await startRedis());
  const database = openDatabase(url);
  stack.defer(() => database.destroy());
  const clock = { nowMs: Date.now() };

  async function startNode(): Promise<FragileNode> {
    const wayToPostgres = stack.use(await startFaultProxy({ target: { url } }));
    const wayToRedis = stack.use(await startFaultProxy({ target: redis }));
    const own = openDatabase(wayToPostgres.url);
    stack.defer(() => own.destroy());
    const cache = createWriteThroughCache({
      database: own,
      store: createRedisStore({ url: wayToRedis.url, timeoutMs: redisTimeoutMs }),
      leaseMs,
      databaseTimeoutMs,
    });
    stack.defer(() => cache.stop());
    await cache.start();
    const store = createRedisLimitStore({ url: wayToRedis.url });
    const limits = { store, scale };
    const node = createNode(own, cache, clock, { limits, databaseTimeoutMs, ...auth });
    stack.defer(() => node.auth.stop());
    await node.auth.start();
    // Nothing closes over a way that a failed test has left broken.
    stack.defer(() => {
      for (const way of [wayToPostgres, wayToRedis]) way.heal();
    });
    return { ...node, wayToPostgres, wayToRedis };
  }

  const nodes = [await startNode(), await startNode()] as const;
  const owned = stack.move();
  return { nodes, database, redis, clock, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
