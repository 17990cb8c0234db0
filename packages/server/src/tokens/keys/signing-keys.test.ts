import { startRedis } from "@portcullis/test-servers";
import type { RedisServer } from "@portcullis/test-servers";
import { ContentionError } from "@portcullis/write-through";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { testSecret } from "../../../test/start-auth.ts";
import type { CachePort } from "../../repositories/cache-port.ts";
import type { DatabasePort } from "../../repositories/database-port.ts";
import { keyOverlapMs, verifyAfterRetirementMs } from "./key-times.ts";
import { makePrivateJwk, thumbprintOf } from "./private-jwk.ts";
import { dayMs, startKeyWorld } from "./test-key-nodes.ts";
import type { KeyNode, KeyWorld } from "./test-key-nodes.ts";

let redis: RedisServer;
let world: KeyWorld;
let a: KeyNode;
let b: KeyNode;
let c: KeyNode;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis[Symbol.asyncDispose]());

beforeEach(async () => {
  world = await startKeyWorld(redis);
  a = await world.start();
  b = await world.start();
  c = await world.start();
});
afterEach(() => world[Symbol.asyncDispose]());

const nodes = (): KeyNode[] => [a, b, c];
const publishedBy = (node: KeyNode): (string | undefined)[] =>
  node.ring.current().publicJwks.map(({ kid }) => kid);
const signers = (): Promise<(string | undefined)[]> =>
  Promise.all(nodes().map((node) => node.signerKid()));
const kinds = (node: KeyNode): string[] => node.events.map(({ kind }) => kind);

/** The only key there is. */
async function onlyKey(): Promise<string> {
  const [key, ...others] = await a.keys.list();
  expect(others).toEqual([]);
  return key?.kid ?? "";
}

async function generation(): Promise<number> {
  return (await a.ring.fresh()).generation;
}

test("V11.1.1 nodes that start at once on an empty database agree on one key", async () => {
  await using empty = await startKeyWorld(redis);
  const six = await Promise.all(Array.from({ length: 6 }, () => empty.start()));
  const kids = await Promise.all(six.map((node) => node.signerKid()));
  expect(new Set(kids).size).toBe(1);
  expect(await six[0]?.keys.list()).toHaveLength(1);
});

describe("a node whose first key has lost to others", () => {
  /** Gives up the first writes, as the cache does when others are in the way. */
  const losing = (count: number) => {
    let left = count;
    return (port: CachePort): CachePort => ({
      ...port,
      write: (keys, work) => {
        left -= 1;
        return left < 0 ? port.write(keys, work) : Promise.reject(new ContentionError("lost"));
      },
    });
  };

  test("starts with the key that it has made in the end", async () => {
    await using empty = await startKeyWorld(redis);
    const node = await empty.start({ throughCache: losing(2) });
    expect(await node.signerKid()).toBeDefined();
    expect(await node.keys.list()).toHaveLength(1);
  });

  test("does not start without one", async () => {
    await using empty = await startKeyWorld(redis);
    await expect(empty.start({ throughCache: losing(3) })).rejects.toThrow(ContentionError);
  });
});

describe("rotation", () => {
  test("V11.1.1 the new key is published on every node at once, and signs ten minutes later", async () => {
    const old = await onlyKey();
    const rotated = await b.keys.rotate();
    expect(rotated).toMatchObject({
      kind: "published",
      activatesAt: world.clock.nowMs + keyOverlapMs,
    });
    const { kid } = rotated;
    expect(await signers()).toEqual([old, old, old]);
    for (const node of nodes()) expect(new Set(publishedBy(node))).toEqual(new Set([old, kid]));

    world.clock.nowMs += keyOverlapMs - 1;
    expect(await signers()).toEqual([old, old, old]);
    world.clock.nowMs += 1;
    expect(await signers()).toEqual([kid, kid, kid]);
    for (const node of nodes()) expect(publishedBy(node)).toContain(old);
  });

  test("V11.1.1 while a key waits for its turn, no other is made", async () => {
    const first = await a.keys.rotate();
    const before = await generation();
    for (const node of nodes()) {
      expect(await node.keys.rotate()).toEqual({ ...first, kind: "already_waiting" });
    }
    expect(await a.keys.list()).toHaveLength(2);
    expect(await generation()).toBe(before);
    world.clock.nowMs += keyOverlapMs;
    expect(await a.keys.rotate()).toMatchObject({ kind: "published" });
  });

  test("V11.1.1 of three nodes that rotate at once, one makes a key", async () => {
    const outcomes = await Promise.all(nodes().map((node) => node.keys.rotate()));
    expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual([
      "already_waiting",
      "already_waiting",
      "published",
    ]);
    expect(new Set(outcomes.map(({ kid }) => kid)).size).toBe(1);
    expect(await a.keys.list()).toHaveLength(2);
  });

  test("V13.3.4 every node rotates when the key is too old, and one key comes of it", async () => {
    const upkeep = () => Promise.all(nodes().map((node) => node.ring.upkeep()));
    world.clock.nowMs += 90 * dayMs;
    await upkeep();
    const old = await onlyKey();
    world.clock.nowMs += 1;
    await upkeep();
    const keys = await a.keys.list();
    expect(keys.map(({ state }) => state).toSorted()).toEqual(["active", "next"]);
    // The first of them is of the start, which made the first key.
    expect(nodes().flatMap(kinds)).toEqual(["key_rotated", "key_rotated"]);

    world.clock.nowMs += keyOverlapMs;
    await upkeep();
    expect(await a.keys.list()).toHaveLength(2);
    expect(new Set(await signers()).size).toBe(1);
    expect(await signers()).not.toContain(old);
  });

  test("V13.3.4 the age is an option", async () => {
    const daily = await world.start({ keyRotationMs: dayMs });
    world.clock.nowMs += dayMs + 1;
    await a.ring.upkeep();
    await onlyKey();
    await daily.ring.upkeep();
    expect(await a.keys.list()).toHaveLength(2);
  });

  test("V11.1.1 an hour and a minute after its retirement a key is gone, and its private part destroyed", async () => {
    const old = await onlyKey();
    await a.keys.rotate();
    world.clock.nowMs += keyOverlapMs + verifyAfterRetirementMs - 1;
    for (const node of nodes()) {
      await node.ring.upkeep();
      expect(publishedBy(node)).toContain(old);
    }
    world.clock.nowMs += 1;
    for (const node of nodes()) {
      await node.ring.upkeep();
      expect(publishedBy(node)).not.toContain(old);
    }
    world.clock.nowMs += 1;
    await a.ring.upkeep();
    expect(await sealedLengthOf(old)).toBe(0);
  });
});

async function sealedLengthOf(kid: string): Promise<number | undefined> {
  const row = await world.database
    .selectFrom("portcullis.signing_key")
    .select("private_key_encrypted")
    .where("kid", "=", kid)
    .executeTakeFirst();
  return row?.private_key_encrypted.length;
}

describe("retirement", () => {
  test("V11.1.1 the key that signs gives way to a new one, which signs on every node at once", async () => {
    const old = await onlyKey();
    expect(await b.keys.retire(old)).toEqual({ kind: "retired", kid: old });
    const [kid, ...others] = await signers();
    expect(kid).not.toBe(old);
    expect(others).toEqual([kid, kid]);
    for (const node of nodes()) {
      expect(publishedBy(node)).toEqual([kid]);
      expect(node.ring.current().keys.has(old)).toBe(false);
    }
    expect(await sealedLengthOf(old)).toBe(0);
    expect(kinds(b)).toEqual(["key_retired", "key_rotated"]);
  });

  test("V11.1.1 the key that waits takes over at once", async () => {
    const old = await onlyKey();
    const { kid } = await a.keys.rotate();
    await a.keys.retire(old);
    expect(await signers()).toEqual([kid, kid, kid]);
    expect(publishedBy(c)).toEqual([kid]);
    expect(await a.keys.rotate()).toMatchObject({ kind: "published" });
  });

  test("V11.1.1 without the key that waits, the one before it goes on", async () => {
    const old = await onlyKey();
    const { kid } = await a.keys.rotate();
    await c.keys.retire(kid);
    world.clock.nowMs += 2 * keyOverlapMs;
    expect(await signers()).toEqual([old, old, old]);
    expect(publishedBy(b)).toEqual([old]);
    expect(await a.keys.rotate()).toMatchObject({ kind: "published" });
  });

  test("V11.1.1 a key that signs no more verifies no more either", async () => {
    const old = await onlyKey();
    const { kid } = await a.keys.rotate();
    world.clock.nowMs += keyOverlapMs;
    await a.keys.retire(old);
    expect(await signers()).toEqual([kid, kid, kid]);
    for (const node of nodes()) expect(publishedBy(node)).toEqual([kid]);
  });

  test("repeating it changes nothing, and an invented id is told as such", async () => {
    const old = await onlyKey();
    await a.keys.retire(old);
    const before = await generation();
    expect(await b.keys.retire(old)).toEqual({ kind: "retired", kid: old });
    for (const kid of ["A".repeat(43), "", "__proto__", "\0", "x".repeat(100_000)]) {
      expect(await a.keys.retire(kid)).toEqual({ kind: "unknown" });
    }
    expect(await generation()).toBe(before);
    expect(kinds(b)).toEqual([]);
  });

  test("V11.1.1 three nodes that retire one key at once make one new key", async () => {
    const old = await onlyKey();
    await Promise.all(nodes().map((node) => node.keys.retire(old)));
    expect(new Set(await signers()).size).toBe(1);
    expect((await a.keys.list()).filter(({ state }) => state === "active")).toHaveLength(1);
  });

  test("a key of an algorithm that is not in use is destroyed without a successor", async () => {
    const other = await world.start({ algorithm: "ES256" });
    const kid = (await other.signerKid()) ?? "";
    await a.keys.retire(kid);
    expect(await sealedLengthOf(kid)).toBe(0);
    expect(await a.keys.list()).toHaveLength(2);
    // A node that still uses it makes another.
    expect(await other.signerKid()).not.toBe(kid);
  });

  test("the audit log has what was done with the keys", async () => {
    const old = await onlyKey();
    const { kid } = await a.keys.rotate();
    await a.keys.retire(old);
    const rows = await world.database
      .selectFrom("portcullis.audit_event")
      .select(["kind", "details"])
      .orderBy("id")
      .execute();
    expect(rows).toEqual([
      // The first key.
      { kind: "key_rotated", details: { kid: old } },
      { kind: "key_rotated", details: { kid } },
      { kind: "key_retired", details: { kid: old } },
    ]);
  });
});

describe("a node that has not heard of a change", () => {
  /** Holds back what a node has read already. */
  function createGate() {
    let held: PromiseWithResolvers<void> | undefined;
    let reads = 0;
    return {
      close: () => void (held = Promise.withResolvers()),
      open: () => {
        held?.resolve();
        held = undefined;
      },
      reads: () => reads,
      through: (port: DatabasePort): DatabasePort => ({
        transact: port.transact,
        read: async (work) => {
          const gate = held;
          const value = await port.read(work);
          reads += 1;
          await gate?.promise;
          return value;
        },
      }),
    };
  }

  test("V11.2.5 does not take a load for new that began before it", async () => {
    const gate = createGate();
    const late = await world.start({ through: gate.through });
    const old = await onlyKey();
    const before = gate.reads();
    gate.close();
    const upkeep = late.ring.upkeep();
    await expect.poll(gate.reads).toBe(before + 1);
    await a.keys.retire(old);
    const asked = late.ring.upTo(await generation());
    gate.open();
    expect((await asked).keys.has(old)).toBe(false);
    await upkeep;
    expect(late.ring.current().keys.has(old)).toBe(false);
  });

  test("V11.2.5 does not take keys that it read before a change for those of after it", async () => {
    const old = await onlyKey();
    const before = b.ring.current().generation;
    let upkeep: Promise<void> | undefined;
    await world.database.transaction().execute(async (transaction) => {
      await sql`select set_config('portcullis.out_of_band', 'flush', true)`.execute(transaction);
      await sql`lock table portcullis.realm in access exclusive mode`.execute(transaction);
      upkeep = b.ring.upkeep();
      const waiting = async (): Promise<number> => {
        const { rows } = await sql`
          select from pg_locks where not granted and relation = 'portcullis.realm'::regclass`.execute(
          transaction,
        );
        return rows.length;
      };
      await expect.poll(waiting).toBe(1);
      await sql`update portcullis.signing_key set private_key_encrypted = ''`.execute(transaction);
      await sql`update portcullis.realm set key_generation = key_generation + 1`.execute(
        transaction,
      );
    });
    await upkeep;
    expect(b.ring.current().generation).toBeGreaterThan(before);
    expect(b.ring.current().keys.has(old)).toBe(false);
  });

  test("V11.2.5 trusts no keys that are older than what the cache says", async () => {
    let answer: Promise<unknown> | undefined;
    let isReplaying = false;
    const late = await world.start({
      through: (port) => ({
        transact: port.transact,
        read: <Value>(work: Parameters<typeof port.read<Value>>[0]) => {
          if (!isReplaying) answer = port.read(work);
          return answer as Promise<Value>;
        },
      }),
    });
    await late.ring.upkeep();
    isReplaying = true;
    await late.ring.fresh();
    await a.keys.rotate();
    await expect(late.ring.fresh()).rejects.toMatchObject({ reason: "unavailable" });
  });

  test("V16.5.3 fails closed while it can not load the keys, and its upkeep only reports that", async () => {
    let isDown = false;
    const late = await world.start({
      through: (port) => ({
        transact: port.transact,
        read: (work) => (isDown ? Promise.reject(new Error("down")) : port.read(work)),
      }),
    });
    const known = late.ring.current();
    isDown = true;
    await late.ring.upkeep();
    expect(kinds(late)).toEqual(["keys_not_reloaded"]);
    expect(late.ring.current()).toBe(known);
    // Nothing has changed, so there is nothing to load.
    expect(await late.ring.fresh()).toBe(known);
    await a.keys.rotate();
    await expect(late.ring.fresh()).rejects.toThrow("down");
    isDown = false;
    expect((await late.ring.fresh()).keys.size).toBe(2);
  });

  test("JWT-05 asking for keys costs no statement while nothing has changed", async () => {
    const gate = createGate();
    const node = await world.start({ through: gate.through });
    await node.ring.fresh();
    const before = gate.reads();
    const known = node.ring.current();
    const asked = await Promise.all(Array.from({ length: 50 }, () => node.ring.fresh()));
    expect(new Set(asked)).toEqual(new Set([known]));
    await node.ring.upkeep();
    expect(node.ring.current()).toBe(known);
    expect(gate.reads()).toBe(before + 1);
  });
});

describe("import", () => {
  test("V11.6.1 a key of the operator's is published, and signs ten minutes later", async () => {
    const old = await onlyKey();
    const jwk = await makePrivateJwk("EdDSA");
    const kid = await thumbprintOf(jwk);
    expect(await b.keys.import(JSON.stringify(jwk))).toEqual({
      kind: "published",
      kid,
      activatesAt: world.clock.nowMs + keyOverlapMs,
    });
    expect(await signers()).toEqual([old, old, old]);
    world.clock.nowMs += keyOverlapMs;
    expect(await signers()).toEqual([kid, kid, kid]);
    expect(kinds(b)).toEqual(["key_imported"]);
    const rows = await world.database.selectFrom("portcullis.signing_key").selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(jwk.d);
  });

  test("while another waits it is not taken; nor is one that is or was ours", async () => {
    const jwk = await makePrivateJwk("EdDSA");
    const kid = await thumbprintOf(jwk);
    const { kid: waiting } = await a.keys.rotate();
    expect(await a.keys.import(JSON.stringify(jwk))).toMatchObject({
      kind: "already_waiting",
      kid: waiting,
    });
    await a.keys.retire(waiting);
    expect(await a.keys.import(JSON.stringify(jwk))).toMatchObject({ kind: "published" });
    expect(await b.keys.import(JSON.stringify(jwk))).toEqual({ kind: "known", kid });
    await a.keys.retire(kid);
    expect(await b.keys.import(JSON.stringify(jwk))).toEqual({ kind: "known", kid });
  });

  test("V11.2.3 a weak key changes nothing", async () => {
    const before = await generation();
    const other = await makePrivateJwk("ES256");
    for (const text of ["secret", JSON.stringify(other), "x".repeat(9000)]) {
      await expect(a.keys.import(text)).rejects.toMatchObject({ code: "weak_key" });
    }
    await onlyKey();
    expect(await generation()).toBe(before);
  });
});

test("V11.1.1 the list has every key there was, of both algorithms, and nothing secret", async () => {
  const createdAt = world.clock.nowMs;
  const first = await onlyKey();
  const second = await a.keys.rotate();
  world.clock.nowMs += keyOverlapMs;
  const third = await a.keys.rotate();
  const es256 = await world.start({ algorithm: "ES256" });
  const other = await es256.signerKid();
  const now = world.clock.nowMs;
  const keys = await b.keys.list();
  expect(
    keys.toSorted(
      (one, two) => one.activatesAt - two.activatesAt || one.algorithm.localeCompare(two.algorithm),
    ),
  ).toEqual([
    {
      kid: first,
      algorithm: "EdDSA",
      state: "retired",
      createdAt,
      activatesAt: createdAt,
      retiredAt: now,
    },
    {
      kid: second.kid,
      algorithm: "EdDSA",
      state: "active",
      createdAt,
      activatesAt: now,
      retiredAt: now + keyOverlapMs,
    },
    {
      kid: other,
      algorithm: "ES256",
      state: "active",
      createdAt: now,
      activatesAt: now,
      retiredAt: null,
    },
    {
      kid: third.kid,
      algorithm: "EdDSA",
      state: "next",
      createdAt: now,
      activatesAt: now + keyOverlapMs,
      retiredAt: null,
    },
  ]);
});

test("V13.3.1 a node that has not shown that its secret is ours changes no keys", async () => {
  const stranger = await world.join({ secret: `${testSecret} that was typed wrong` });
  await expect(stranger.ring.start()).rejects.toMatchObject({ code: "secret_mismatch" });
  for (const call of [
    () => stranger.keys.rotate(),
    () => stranger.keys.retire("A".repeat(43)),
    () => stranger.keys.import("{}"),
    () => stranger.keys.list(),
  ]) {
    await expect(call()).rejects.toMatchObject({ code: "not_started" });
  }
  await onlyKey();
});

describe("V13.1.4 the secret is replaced", () => {
  const newSecret = "the secret that comes after it, of 32 bytes and more";

  test("V13.3.4 step by step: all nodes open both, then seal with the new one, then forget the old one", async () => {
    const old = await onlyKey();
    await a.keys.rotate();
    const other = await world.start({ algorithm: "ES256" });
    const otherKid = await other.signerKid();

    const knows = await world.start({ secret: [testSecret, newSecret] });
    expect(await knows.signerKid()).toBe(old);
    // A node that was not restarted yet goes on.
    expect(await a.signerKid()).toBe(old);

    const seals = await world.start({ secret: [newSecret, testSecret] });
    expect(await seals.signerKid()).toBe(old);
    world.clock.nowMs += keyOverlapMs;
    await seals.keys.rotate();
    expect(await knows.signerKid()).toBe(await seals.signerKid());

    const forgot = await world.start({ secret: newSecret });
    expect(await forgot.signerKid()).toBe(await seals.signerKid());
    expect(publishedBy(forgot)).toHaveLength(3);
    const forgotOther = await world.start({ secret: newSecret, algorithm: "ES256" });
    expect(await forgotOther.signerKid()).toBe(otherKid);
    const behind = await world.join({ secret: testSecret });
    await expect(behind.ring.start()).rejects.toMatchObject({ code: "secret_mismatch" });
  });

  test("sealing anew changes no key, so no node loads them again", async () => {
    const before = await generation();
    const rows = () => world.database.selectFrom("portcullis.signing_key").selectAll().execute();
    const [sealed] = await rows();
    await world.start({ secret: [newSecret, testSecret] });
    const [again] = await rows();
    expect(again).toEqual({ ...sealed, private_key_encrypted: again?.private_key_encrypted });
    expect(again?.private_key_encrypted).not.toEqual(sealed?.private_key_encrypted);
    expect(await generation()).toBe(before);
    // A start with nothing to do writes nothing.
    await world.start({ secret: [newSecret, testSecret] });
    expect(await rows()).toEqual([again]);
  });

  test("V11.1.1 a key that is retired while a node seals it anew stays destroyed", async () => {
    const old = await onlyKey();
    await world.start({
      secret: [newSecret, testSecret],
      through: (port) => ({
        read: port.read,
        // The node has read the key by now, and is about to write it.
        transact: async (work) => {
          await a.keys.retire(old);
          return await port.transact(work);
        },
      }),
    });
    expect(await sealedLengthOf(old)).toBe(0);
  });

  test("two nodes that seal anew at once leave a key that opens", async () => {
    const both = { secret: [newSecret, testSecret] };
    await Promise.all([world.start(both), world.start(both), world.start(both)]);
    expect(await (await world.start({ secret: newSecret })).signerKid()).toBe(await onlyKey());
  });
});

describe("V11.2.5 a poisoned table", () => {
  /** What somebody could do who may write to Postgres and does not have the secret. */
  const poisons: Record<string, (kid: string) => Promise<unknown>> = {
    "a changed ciphertext": (kid) =>
      world.database
        .updateTable("portcullis.signing_key")
        .set({ private_key_encrypted: Buffer.alloc(150, 7) })
        .where("kid", "=", kid)
        .execute(),
    "another id": (kid) =>
      world.database
        .updateTable("portcullis.signing_key")
        .set({ kid: "A".repeat(43) })
        .where("kid", "=", kid)
        .execute(),
    "two ciphertexts swapped": async (kid) => {
      const [one, two] = await world.database
        .selectFrom("portcullis.signing_key")
        .selectAll()
        .execute();
      const swap = (to: string | undefined, from: Uint8Array | undefined) =>
        world.database
          .updateTable("portcullis.signing_key")
          .set({ private_key_encrypted: from ?? new Uint8Array() })
          .where("kid", "=", to ?? kid)
          .execute();
      await swap(one?.kid, two?.private_key_encrypted);
      await swap(two?.kid, one?.private_key_encrypted);
    },
    "a key of the attacker's beside ours": async () => {
      const jwk = await makePrivateJwk("EdDSA");
      const kid = await thumbprintOf(jwk);
      await world.database
        .insertInto("portcullis.signing_key")
        .values({
          kid,
          algorithm: "EdDSA",
          public_jwk: JSON.stringify({ ...jwk, kid }),
          private_key_encrypted: Buffer.from(JSON.stringify(jwk)),
          created_at: new Date(world.clock.nowMs),
          activates_at: new Date(world.clock.nowMs),
          retired_at: new Date(world.clock.nowMs + dayMs),
        })
        .execute();
    },
  };

  test.each(Object.keys(poisons))("%s is refused at the start, and named", async (name) => {
    const old = await onlyKey();
    await a.keys.rotate();
    await poisons[name]?.(old);
    const fresh = await world.join();
    await expect(fresh.ring.start()).rejects.toMatchObject({
      code: "secret_mismatch",
      message: expect.stringContaining("portcullis.signing_key") as string,
    });
    expect(() => fresh.ring.current()).toThrow("auth.start()");
  });

  test.each(Object.keys(poisons))("%s reaches no node that runs", async (name) => {
    const old = await onlyKey();
    await a.keys.rotate();
    await b.ring.fresh();
    const known = b.ring.current();
    await poisons[name]?.(old);
    await b.ring.upkeep();
    expect(b.ring.current()).toBe(known);
    expect(await b.ring.fresh()).toBe(known);
  });

  test("a key with another algorithm in its row is refused", async () => {
    const other = await world.start({ algorithm: "ES256" });
    const kid = (await other.signerKid()) ?? "";
    await world.database
      .updateTable("portcullis.signing_key")
      .set({ algorithm: "EdDSA", retired_at: new Date(world.clock.nowMs) })
      .where("kid", "=", kid)
      .execute();
    const fresh = await world.join();
    await expect(fresh.ring.start()).rejects.toMatchObject({ code: "key_damaged" });
  });

  test("a public key of the attacker's in a row of ours is read by nobody", async () => {
    const old = await onlyKey();
    const attacker = await makePrivateJwk("EdDSA");
    await world.database
      .updateTable("portcullis.signing_key")
      .set({ public_jwk: JSON.stringify(attacker) } as never)
      .execute();
    const fresh = await world.start();
    expect(fresh.ring.current().publicJwks).toEqual(a.ring.current().publicJwks);
    expect(publishedBy(fresh)).toEqual([old]);
  });

  test("without any key that signs, a node makes one", async () => {
    const old = await onlyKey();
    await world.database.deleteFrom("portcullis.signing_key").execute();
    await a.ring.upkeep();
    const [kid] = await signers();
    expect(kid).not.toBe(old);
    expect(await signers()).toEqual([kid, kid, kid]);
  });
});
