import { createHash } from "node:crypto";
import type { RedisClientType } from "@redis/client";
import { asWriteThrough } from "../src/postgres/tables.ts";
import { decode, encode } from "../src/protocol/codec.ts";
import { redisKeys } from "../src/redis/redis-keys.ts";
import { scripts } from "../src/redis/scripts.generated.ts";
import type { StoreIdentity } from "../src/store.ts";
import { openBareRedis } from "./bare-redis.ts";
import type { BenchContext } from "./bench-context.ts";
import type { Section } from "./comparison.ts";
import {
  makePost,
  openPosts,
  postSchema,
  preparePosts,
  shuffled,
  tableName,
  type CachedPosts,
} from "./posts.ts";
import { compareTimes, runRounds, type Contestant } from "./rounds.ts";

const sizes = {
  full: { rows: 2000, operations: 500, rounds: 60, warmUpRounds: 6 },
  short: { rows: 100, operations: 50, rounds: 5, warmUpRounds: 2 },
};
const keyPrefix = "bench_redis";
const getScript = "return redis.call('GET', KEYS[1])";

const names = {
  get: "GET",
  getParsed: "GET, JSON.parse, schema, freeze",
  evalGet: "EVALSHA of a GET",
  evalRead: "EVALSHA of the read script",
  read: "await posts.read(id), in Redis",
};

/** Reads of rows that Redis has and this process does not, one at a time, against GET. */
export async function benchRedis(context: BenchContext): Promise<Section> {
  const {
    rows: count,
    operations,
    rounds,
    warmUpRounds,
  } = sizes[context.isShort ? "short" : "full"];
  const postgresUrl = await context.createDatabase();
  const ids = shuffled(await preparePosts(postgresUrl, count));
  const servers = { postgresUrl, redisUrl: context.redisUrl, keyPrefix };
  await using cached = await openPosts({ servers, nearMaxBytes: 0 });
  await cached.readAll(ids);
  using stack = new DisposableStack();
  const redis = stack.adopt(await openBareRedis(context.redisUrl), (client) => client.destroy());
  for (const id of ids) await redis.set(plainKey(id), storedText(id));
  const before = cached.cache.metrics().reads;

  const next = (): string => ids[(place += 1) % ids.length] ?? "";
  let place = 0;
  const contestant = (name: string, operate: (id: string) => Promise<unknown>): Contestant => ({
    name,
    async run() {
      for (let done = 0; done < operations; done += 1) {
        if ((await operate(next())) === null) throw new Error(`${name} found nothing`);
      }
    },
  });
  const evalGet = await loadScript(redis, getScript);
  const evalRead = await loadScript(redis, scripts.read);
  const identity = await identityOf(cached);
  const keys = redisKeys(keyPrefix);
  const times = await runRounds(
    [
      contestant(names.get, (id) => redis.get(plainKey(id))),
      contestant(names.getParsed, async (id) => {
        return decode(rowKey(id), (await redis.get(plainKey(id))) ?? "", postSchema);
      }),
      contestant(names.evalGet, (id) => evalGet([plainKey(id)], [])),
      contestant(names.evalRead, (id) => {
        const key = rowKey(id);
        return evalRead(
          [keys.marker, keys.fence(identity, key), keys.value(identity, key)],
          [identity.replid, identity.nonce, "token", "10000", "64"],
        );
      }),
      contestant(names.read, (id) => cached.posts.read(id)),
    ],
    { rounds, warmUpRounds, operations, progress: context.progress },
  );
  const { near, postgres } = cached.cache.metrics().reads;
  if (near !== before.near || postgres !== before.postgres) {
    throw new Error("Some rows were not read from Redis");
  }

  const group = "redis";
  return {
    comparisons: [
      compareTimes(times, {
        group,
        what: names.read,
        against: names.get,
        aims: [{ of: "ratio", below: 1.5 }],
      }),
      ...[names.getParsed, names.evalGet, names.evalRead].map((what) =>
        compareTimes(times, { group, what, against: names.get }),
      ),
    ],
    troubles: cached.troubles,
  };
}

/** What the cache calls a row. */
function rowKey(id: string): string {
  return `${tableName}:${id}`;
}

function plainKey(id: string): string {
  return `bench_plain:${id}`;
}

/** As long as what the cache stores for such a row. */
function storedText(id: string): string {
  return encode(rowKey(id), makePost(id));
}

async function loadScript(
  redis: RedisClientType,
  source: string,
): Promise<(keys: string[], args: string[]) => Promise<unknown>> {
  await redis.scriptLoad(source);
  const digest = createHash("sha1").update(source).digest("hex");
  return (keys, args) => redis.evalSha(digest, { keys, arguments: args });
}

async function identityOf({ database }: CachedPosts): Promise<StoreIdentity> {
  const { replid, nonce } = await asWriteThrough(database)
    .selectFrom("portcullis.authority")
    .select(["replid", "nonce"])
    .executeTakeFirstOrThrow();
  if (replid === null || nonce === null) throw new Error("No store is trusted");
  return { replid, nonce };
}
