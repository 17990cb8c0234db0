import { randomUUID } from "node:crypto";
import { startRedis, type RedisServer } from "@portcullis/test-servers";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createMemoryStore } from "./memory/memory-store.ts";
import { createRedisStore } from "./redis/redis-store.ts";
import type { CacheStore, Reading, StoreIdentity } from "./store.ts";

let server: RedisServer;
let redis: CacheStore;

beforeAll(async () => {
  server = await startRedis();
  redis = createRedisStore({ url: server.url });
  const ignore = (): void => undefined;
  await redis.open({ invalidated: ignore, acknowledged: ignore, listening: ignore });
});

afterAll(async () => {
  await redis.close();
  await server.stop();
});

type Step =
  | { readonly kind: "read"; readonly keys: readonly string[]; readonly token: string }
  | { readonly kind: "fill"; readonly key: string; readonly token: string; readonly value: string }
  | { readonly kind: "fence"; readonly keys: readonly string[]; readonly fence: string }
  | {
      readonly kind: "publish";
      readonly key: string;
      readonly fence: string;
      readonly value: string;
    }
  | { readonly kind: "unfence"; readonly keys: readonly string[]; readonly fence: string }
  | { readonly kind: "adopt" };

const key = fc.constantFrom("t:a", "t:b");
const keys = fc.uniqueArray(key, { minLength: 1, maxLength: 2 });
const token = fc.constantFrom("r1", "r2", "r3");
const fence = fc.constantFrom("1", "2", "3", "4", "5", "9223372036854775807");
const value = fc.string({ unit: "binary", maxLength: 8 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("read"), keys, token }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("fill"), key, token, value }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("fence"), keys, fence }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("publish"), key, fence, value }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("unfence"), keys, fence }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("adopt") }) },
);

/** A fence is random and sent at most once: a second sending is not a sequence that occurs. */
function withEachFenceOnce(steps: readonly Step[]): readonly Step[] {
  const sent = new Set<string>();
  return steps.filter((each) => {
    if (each.kind !== "fence") return true;
    const isFirst = !sent.has(each.fence);
    sent.add(each.fence);
    return isFirst;
  });
}

/** Runs a sequence from an empty store; each adoption makes a stranger of the one before. */
async function answersOf(store: CacheStore, steps: readonly Step[]): Promise<unknown[]> {
  let identity = await adopt(store);
  const answers: unknown[] = [];
  for (const each of withEachFenceOnce(steps)) {
    if (each.kind !== "adopt") {
      answers.push(await answerOf(store, identity, each));
      continue;
    }
    const before = identity;
    identity = await adopt(store);
    answers.push(await store.read(before, ["t:a"], "r1"));
  }
  answers.push(
    await answerOf(store, identity, { kind: "read", keys: ["t:a", "t:b"], token: "r9" }),
  );
  return answers;
}

async function adopt(store: CacheStore): Promise<StoreIdentity> {
  const nonce = randomUUID();
  const reply = await store.adopt(nonce);
  if (reply.kind !== "adopted") throw new Error("not adopted");
  return { replid: reply.replid, nonce };
}

async function answerOf(
  store: CacheStore,
  identity: StoreIdentity,
  each: Exclude<Step, { kind: "adopt" }>,
): Promise<unknown> {
  switch (each.kind) {
    case "read": {
      const reply = await store.read(identity, each.keys, each.token);
      return reply.kind === "answered" ? reply.value.map(withoutAge) : reply;
    }
    case "fill":
      return await store.fill(identity, each.key, each.token, each.value, 60_000);
    case "fence":
      return await store.fence(identity, each.keys, each.fence);
    case "publish":
      return await store.publish(identity, each.key, each.fence, each.value, 60_000);
    case "unfence":
      return await store.unfence(identity, each.keys, each.fence);
  }
}

/** The two stores have clocks of their own. */
function withoutAge(reading: Reading): unknown {
  return reading.kind === "fenced" ? { kind: reading.kind, fence: reading.fence } : reading;
}

it("the store in memory and the store in Redis answer the same sequences alike", async () => {
  const sequence = fc.array(step, { minLength: 1, maxLength: 40, size: "max" });
  await fc.assert(
    fc.asyncProperty(sequence, async (steps) => {
      expect(await answersOf(createMemoryStore(), steps)).toEqual(await answersOf(redis, steps));
    }),
    { numRuns: 400 },
  );
});
