import { createTestDatabase } from "@portcullis/testing";
import {
  createMemoryStore,
  createWriteThroughCache,
  migrateWriteThrough,
} from "@portcullis/write-through";
import { createLocalJWKSet, jwtVerify } from "jose";
import { afterEach, describe, expect, test } from "vitest";
import {
  createNode,
  openDatabase,
  reasonOf,
  startWorld,
  testSecret,
} from "../../../test/start-auth.ts";
import type { TestNode } from "../../../test/start-auth.ts";
import { migrateAuth } from "../../index.ts";
import { createKeyRing } from "./key-ring.ts";
import type { KeyRing } from "./key-ring.ts";
import { makeSigningKey, openKeySet } from "./key-set.ts";
import { seal, unseal } from "./seal.ts";
import { createDatabasePort } from "../../repositories/database-port.ts";

const key = Buffer.alloc(32, 1);

describe("sealing", () => {
  const sealed = seal(key, "kid", Buffer.from("a private key"));

  test("what was sealed opens, and no two seals are alike", () => {
    expect(unseal(key, "kid", sealed)?.toString()).toBe("a private key");
    expect(seal(key, "kid", Buffer.from("a private key"))).not.toEqual(sealed);
    expect(Buffer.from(sealed).toString("latin1")).not.toContain("private");
  });

  test("another key, another context and any changed byte are refused", () => {
    expect(unseal(Buffer.alloc(32, 2), "kid", sealed)).toBeUndefined();
    expect(unseal(key, "other", sealed)).toBeUndefined();
    for (let index = 0; index < sealed.length; index += 1) {
      const changed = Uint8Array.from(sealed);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(unseal(key, "kid", changed)).toBeUndefined();
    }
    for (const length of [0, 11, 27]) {
      expect(unseal(key, "kid", sealed.subarray(0, length))).toBeUndefined();
    }
  });
});

test.each(["EdDSA", "ES256"] as const)("%s: a key set opens what was made", async (algorithm) => {
  const made = await makeSigningKey(algorithm, key, 0);
  expect(made.publicJwk).not.toHaveProperty("d");
  expect(made.kid).toMatch(/^[\w-]{43}$/);
  const stored = {
    kid: made.kid,
    publicJwk: made.publicJwk,
    privateKeyEncrypted: made.privateKeyEncrypted,
    createdAt: 0,
    retiredAt: null,
  };
  const opened = await openKeySet([stored], algorithm, key);
  expect(opened?.signer.kid).toBe(made.kid);
  expect(opened?.signer.privateKey.extractable).toBe(false);
  expect([...(opened?.verifiers.keys() ?? [])]).toEqual([made.kid]);
  await expect(openKeySet([stored], algorithm, Buffer.alloc(32, 2))).rejects.toMatchObject({
    code: "secret_mismatch",
  });
  expect(await openKeySet([{ ...stored, retiredAt: 1 }], algorithm, key)).toBeUndefined();
});

test("a node with another secret does not start, and says what to do", async () => {
  await using world = await startWorld();
  const [{ database }] = world.nodes;
  const cache = createWriteThroughCache({ database, store: createMemoryStore() });
  const other = createNode(database, cache, world.clock, {
    secret: `${testSecret} that was typed wrong`,
  });
  await expect(other.auth.start()).rejects.toThrow(/Start with the secret it was made with/);
});

test("before start() nothing works, and the error says why", async () => {
  await using world = await startWorld();
  const [{ database }] = world.nodes;
  const cache = createWriteThroughCache({ database, store: createMemoryStore() });
  const idle = createNode(database, cache, world.clock);
  expect(() => idle.auth.jwks()).toThrow("auth.start()");
  expect(reasonOf(await idle.me("a.b.c"))).toBe("internal");
});

test("the published keys verify our tokens elsewhere", async () => {
  await using world = await startWorld();
  const [node] = world.nodes;
  const { accessToken, user } = await node.signUp("elsewhere@example.test");
  const { payload } = await jwtVerify(accessToken, createLocalJWKSet(node.auth.jwks()), {
    algorithms: ["EdDSA"],
    issuer: "https://auth.test",
    audience: "https://api.test",
    typ: "at+jwt",
  });
  expect(payload.sub).toBe(user.id);
});

test("ten nodes that start at once on an empty database agree on one key", async () => {
  await using empty = await createTestDatabase();
  const database = openDatabase(empty.url);
  try {
    await migrateWriteThrough(database);
    await Promise.all([migrateAuth(database), migrateAuth(database), migrateAuth(database)]);
    const rings = Array.from({ length: 10 }, () =>
      createKeyRing({
        database: createDatabasePort(database, 5000),
        algorithm: "EdDSA",
        encryptionKey: key,
        now: Date.now,
        report: () => undefined,
      }),
    );
    await Promise.all(rings.map((ring) => ring.start()));
    expect(new Set(rings.map((ring) => ring.current().signer.kid)).size).toBe(1);
    for (const ring of rings) ring.stop();
  } finally {
    await database.destroy();
  }
});

describe("rotation", () => {
  const rings: KeyRing[] = [];
  afterEach(() => {
    for (const ring of rings.splice(0)) ring.stop();
  });

  /** What an operator does: retires the active key; the next node to start makes another. */
  async function rotate(node: TestNode, nowMs: number): Promise<void> {
    await node.database
      .updateTable("portcullis.signing_key")
      .set({ retired_at: new Date(nowMs) })
      .where("retired_at", "is", null)
      .execute();
  }

  test("V11.1.1 a token of a new key is accepted at once, of a retired key until it would have expired, of a removed key never", async () => {
    await using world = await startWorld();
    const [old] = world.nodes;
    const { database, clock } = { database: old.database, clock: world.clock };
    const before = await old.signUp("rotation@example.test");
    await rotate(old, clock.nowMs);

    const cache = createWriteThroughCache({ database, store: createMemoryStore() });
    await cache.start();
    const fresh = createNode(database, cache, clock);
    await fresh.auth.start();
    try {
      const after = await fresh.login("rotation@example.test");
      expect((await old.me(after.accessToken)).status).toBe(200);
      expect((await fresh.me(before.accessToken)).status).toBe(200);
      expect(old.auth.jwks()).toEqual(fresh.auth.jwks());
      expect(old.auth.jwks().keys).toHaveLength(2);

      await database
        .deleteFrom("portcullis.signing_key")
        .where("retired_at", "is not", null)
        .execute();
      await fresh.auth.start();
      expect(reasonOf(await fresh.me(before.accessToken))).toBe("token_invalid");
      expect((await fresh.me(after.accessToken)).status).toBe(200);
    } finally {
      await fresh.auth.stop();
      await cache.stop();
    }
  });

  test("JWT-05 invented key ids cost at most one look at the database in five seconds", async () => {
    await using world = await startWorld();
    const [node] = world.nodes;
    const port = createDatabasePort(node.database, 5000);
    let reads = 0;
    let nowMs = 1_000_000;
    const ring = createKeyRing({
      database: {
        transact: port.transact,
        read: (work) => {
          reads += 1;
          return port.read(work);
        },
      },
      algorithm: "ES256",
      encryptionKey: key,
      now: () => nowMs,
      report: () => undefined,
    });
    rings.push(ring);
    await ring.start();
    const before = ring.current();
    reads = 0;
    await Promise.all(Array.from({ length: 50 }, () => ring.reloadForUnknownKey()));
    expect(reads).toBe(1);
    nowMs += 4999;
    await ring.reloadForUnknownKey();
    expect(reads).toBe(1);
    nowMs += 1;
    await ring.reloadForUnknownKey();
    expect(reads).toBe(2);
    expect(ring.current()).toBe(before);
  });

  test("a reload that fails keeps the keys and tells the log", async () => {
    await using world = await startWorld();
    const [node] = world.nodes;
    const port = createDatabasePort(node.database, 5000);
    const reported: string[] = [];
    let isDown = false;
    const ring = createKeyRing({
      database: {
        transact: port.transact,
        read: (work) => (isDown ? Promise.reject(new Error("down")) : port.read(work)),
      },
      algorithm: "ES256",
      encryptionKey: key,
      now: Date.now,
      report: ({ kind }) => void reported.push(kind),
    });
    rings.push(ring);
    await ring.start();
    const before = ring.current();
    isDown = true;
    await ring.reloadForUnknownKey();
    expect(ring.current()).toBe(before);
    expect(reported).toEqual(["keys_not_reloaded"]);
  });
});
