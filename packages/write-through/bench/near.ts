import type { BenchContext } from "./bench-context.ts";
import type { Section } from "./comparison.ts";
import { openInnerRead } from "./inner-read.ts";
import { openPosts, preparePosts, shuffled, type Post } from "./posts.ts";
import { compareTimes, runRounds, type Contestant } from "./rounds.ts";

const sizes = {
  full: { rows: 10_000, passes: 3, rounds: 60, warmUpRounds: 6 },
  short: { rows: 1000, passes: 1, rounds: 5, warmUpRounds: 2 },
};
/** As many rows as the check of an access token reads. */
const several = 3;

const names = {
  mapGet: "Map.get",
  asyncMapGet: "await of an async Map.get",
  read: "await posts.read(id), in memory",
  inner: "the same without its promise",
  mapGetSeveral: `${several} Map.get`,
  readMany: `await readMany of ${several}, in memory`,
};

/** Reads of rows in the memory of this process, against a Map of the same rows. */
export async function benchNear(context: BenchContext): Promise<Section> {
  const { rows: count, passes, rounds, warmUpRounds } = context.isShort ? sizes.short : sizes.full;
  const postgresUrl = await context.createDatabase();
  const servers = { postgresUrl, redisUrl: context.redisUrl, keyPrefix: "bench_near" };
  const stored = await preparePosts(postgresUrl, count);
  await using cached = await openPosts({ servers });
  await using inner = await openInnerRead(servers, stored);
  const { cache, posts } = cached;
  const rows = new Map((await cached.readAll(stored)).map((post) => [post.id, post]));
  // A caller's id is never the very string that is the key of a map, only its equal.
  const ids = shuffled(stored).map((id) => Buffer.from(id).toString());
  const before = cache.metrics().reads;

  const sums = new Set<number>();
  const contestant = (name: string, pass: () => number | Promise<number>): Contestant => ({
    name,
    async run() {
      for (let done = 0; done < passes; done += 1) sums.add(await pass());
    },
  });
  const likesOf = (post: Post | undefined): number => post?.likes ?? 0;
  const asyncMapGet = async (id: string): Promise<Post | undefined> => rows.get(id);
  const mapGetSeveral = (): number => {
    let sum = 0;
    for (let at = 0; at + several <= ids.length; at += several) {
      sum += likesOf(rows.get(ids[at] ?? ""));
      sum += likesOf(rows.get(ids[at + 1] ?? ""));
      sum += likesOf(rows.get(ids[at + 2] ?? ""));
    }
    return sum;
  };
  const readMany = async (): Promise<number> => {
    let sum = 0;
    for (let at = 0; at + several <= ids.length; at += several) {
      const [one, two, three] = await cache.readMany([
        posts.key(ids[at] ?? ""),
        posts.key(ids[at + 1] ?? ""),
        posts.key(ids[at + 2] ?? ""),
      ]);
      sum += likesOf(one) + likesOf(two) + likesOf(three);
    }
    return sum;
  };

  const options = { rounds, warmUpRounds, progress: context.progress };
  const times = await runRounds(
    [
      contestant(names.mapGet, () => {
        let sum = 0;
        for (const id of ids) sum += likesOf(rows.get(id));
        return sum;
      }),
      contestant(names.asyncMapGet, async () => {
        let sum = 0;
        for (const id of ids) sum += likesOf(await asyncMapGet(id));
        return sum;
      }),
      contestant(names.read, async () => {
        let sum = 0;
        for (const id of ids) sum += likesOf(await posts.read(id));
        return sum;
      }),
      contestant(names.inner, () => {
        let sum = 0;
        for (const id of ids) sum += likesOf(inner.read(id));
        return sum;
      }),
    ],
    { ...options, operations: passes * count },
  );
  if (sums.size !== 1) throw new Error("Not all read the same rows");
  sums.clear();
  const severalTimes = await runRounds(
    [contestant(names.mapGetSeveral, mapGetSeveral), contestant(names.readMany, readMany)],
    { ...options, operations: passes * Math.floor(count / several) },
  );
  if (sums.size !== 1) throw new Error("Not all read the same rows");
  const { store, postgres } = cache.metrics().reads;
  if (store !== before.store || postgres !== before.postgres) {
    throw new Error("Some rows were not read from memory");
  }

  const group = "near";
  return {
    comparisons: [
      compareTimes(times, {
        group,
        what: names.read,
        against: names.mapGet,
        aims: [
          { of: "ratio", below: 10 },
          { of: "measured", below: 1000 },
        ],
      }),
      compareTimes(times, { group, what: names.read, against: names.asyncMapGet }),
      compareTimes(times, { group, what: names.asyncMapGet, against: names.mapGet }),
      compareTimes(times, { group, what: names.inner, against: names.mapGet }),
      compareTimes(severalTimes, { group, what: names.readMany, against: names.mapGetSeveral }),
    ],
    troubles: cached.troubles,
  };
}
