import { PGlite } from "@electric-sql/pglite";
import { createTestDatabase } from "@portcullis/testing";
import {
  createMemoryStore,
  createWriteThroughCache,
  migrateWriteThrough,
} from "@portcullis/write-through";
import { Kysely, PGliteDialect, sql } from "kysely";
import { expect, test } from "vitest";
import { createNode, openDatabase, reasonOf } from "../../test/start-auth.ts";
import { createDatabasePort } from "./database-port.ts";
import { migrateAuth } from "./migrate.ts";
import { loadRealm, readTokenEpoch } from "./realm.ts";
import { findRefreshToken, insertRefreshToken, rotateRefreshToken } from "./refresh-tokens.ts";
import {
  findSessionOwner,
  insertSession,
  listLiveSessions,
  loadSession,
  revokeSession,
} from "./sessions.ts";
import { insertFirstSigningKey, listSigningKeys } from "./signing-keys.ts";
import type { AuthDatabase, AuthTables } from "./tables.ts";
import {
  findCredentials,
  holdUser,
  insertUserOrTouch,
  loadUser,
  raiseTokenVersion,
} from "./users.ts";

const t0 = Date.parse("2026-11-23T06:00:00.123Z");
const userId = "00000000-0000-4000-8000-000000000001";
const id = (last: number): string => `00000000-0000-4000-8000-${String(last).padStart(12, "0")}`;
const bytes = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);

/** Every repository function once or more, with all that it answered. */
async function scenario(database: AuthDatabase): Promise<unknown[]> {
  const seen: unknown[] = [];
  const note = (...values: unknown[]): void => void seen.push(...values);
  const { read, transact } = createDatabasePort(database, 5000);
  await migrateWriteThrough(database);
  await migrateAuth(database);
  await migrateAuth(database);

  const user = { email: "ada@example.test", name: "Ada \u{1F600}", passwordHash: "$x" };
  note(await read((db) => insertUserOrTouch(db, { ...user, id: userId, createdAtMs: t0 })));
  note(await read((db) => insertUserOrTouch(db, { ...user, id: id(2), createdAtMs: t0 })));
  note(await read((db) => loadUser(db, userId)), await read((db) => loadUser(db, id(9))));
  note(await read((db) => findCredentials(db, user.email)));
  note(await read((db) => findCredentials(db, "nobody@example.test")));
  note(await transact((tx) => holdUser(tx, userId)), await transact((tx) => holdUser(tx, id(9))));

  const epoch = await read(readTokenEpoch);
  note(epoch, await read(loadRealm));
  for (const [index, createdAtMs] of [t0, t0 + 1, t0 + 1].entries()) {
    await transact((tx) =>
      insertSession(tx, {
        id: id(10 + index),
        userId,
        tokenVersion: 1,
        tokenEpoch: epoch,
        userAgent: index === 0 ? null : `agent ${index}`,
        createdAtMs,
        expiresAtMs: t0 + 100_000,
      }),
    );
  }
  note(await read((db) => loadSession(db, id(10))), await read((db) => loadSession(db, id(99))));
  note(await read((db) => findSessionOwner(db, id(10))));
  note(await read((db) => findSessionOwner(db, id(99))));
  note(await read((db) => listLiveSessions(db, userId, t0)));
  await transact((tx) => revokeSession(tx, id(11), t0 + 5));
  await transact((tx) => revokeSession(tx, id(11), t0 + 6));
  note(await read((db) => loadSession(db, id(11))));
  note(await read((db) => listLiveSessions(db, userId, t0)));
  note(await read((db) => listLiveSessions(db, userId, t0 + 100_000)));

  const token = { sessionId: id(10), generation: 1, createdAtMs: t0, expiresAtMs: t0 + 1000 };
  await transact((tx) => insertRefreshToken(tx, { ...token, id: id(20), secretHash: bytes(1) }));
  note(await read((db) => findRefreshToken(db, id(20))));
  const rotation = { id: id(20), successorId: id(21), nowMs: t0 + 7 };
  note(await transact((tx) => rotateRefreshToken(tx, { ...rotation, secretHash: bytes(2) })));
  note(await transact((tx) => rotateRefreshToken(tx, { ...rotation, secretHash: bytes(1) })));
  note(await transact((tx) => rotateRefreshToken(tx, { ...rotation, secretHash: bytes(1) })));
  const next = { ...token, id: id(21), generation: 2, secretHash: bytes(3) };
  await transact((tx) => insertRefreshToken(tx, next));
  note(await read((db) => findRefreshToken(db, id(20))));
  note(await read((db) => findRefreshToken(db, id(99))));
  // A second token of one generation would be a fork of the family.
  const fork = { ...next, id: id(22), secretHash: bytes(4) };
  note(await codeOf(transact((tx) => insertRefreshToken(tx, fork))));

  note(await transact((tx) => raiseTokenVersion(tx, userId)));
  note(await transact((tx) => raiseTokenVersion(tx, id(9))));
  note(await read((db) => listLiveSessions(db, userId, t0)));
  const setVersion = (token_version: number): Promise<unknown> =>
    database.updateTable("portcullis.user").set({ token_version }).execute();
  await setVersion(Number.MAX_SAFE_INTEGER);
  note(await read((db) => loadUser(db, userId)));
  note(await codeOf(transact((tx) => raiseTokenVersion(tx, userId))));
  note(await codeOf(setVersion(0)));
  const times = { banned_at: new Date(t0), email_verified_at: new Date(0) };
  await database.updateTable("portcullis.user").set(times).execute();
  note(await read((db) => loadUser(db, userId)));
  note(await codeOf(database.updateTable("portcullis.user").set({ email: "A@b.test" }).execute()));

  const signingKey = { algorithm: "EdDSA", privateKeyEncrypted: bytes(5), createdAtMs: t0 };
  for (const kid of ["one", "two"]) {
    const publicJwk = { kty: "OKP", x: `key ${kid}` };
    await read((db) => insertFirstSigningKey(db, { ...signingKey, kid, publicJwk }));
  }
  note(await read((db) => listSigningKeys(db, "EdDSA", t0)));
  note(await read((db) => listSigningKeys(db, "ES256", t0)));
  const retired = { retired_at: new Date(t0 + 9) };
  await database.updateTable("portcullis.signing_key").set(retired).execute();
  note(await read((db) => listSigningKeys(db, "EdDSA", t0 + 8)));
  note(await read((db) => listSigningKeys(db, "EdDSA", t0 + 9)));

  await database.deleteFrom("portcullis.user").where("id", "=", userId).execute();
  note(await read((db) => loadSession(db, id(10))));
  note(await read((db) => findRefreshToken(db, id(20))));
  return seen;
}

/** Ready, so that its start of some seconds is not on a statement's deadline. */
async function openPGlite(): Promise<AuthDatabase> {
  const pglite = await PGlite.create();
  return new Kysely<AuthTables>({ dialect: new PGliteDialect({ pglite }) });
}

/** The repositories are called here without a cache, which the guards of their tables would refuse. */
const outOfBand = "portcullis.out_of_band";

/** The SQLSTATE that refused a statement. */
async function codeOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => "accepted",
    (error: unknown) => (error as { code?: unknown }).code,
  );
}

test("PGlite and Postgres answer the repositories alike", async () => {
  await using empty = await createTestDatabase();
  const url = new URL(empty.url);
  url.searchParams.set("options", `-c ${outOfBand}=flush`);
  const postgres = openDatabase(url.href);
  const pglite = await openPGlite();
  await sql`select set_config(${outOfBand}, 'flush', false)`.execute(pglite);
  try {
    const expected = await scenario(postgres);
    expect(expected.slice(0, 4)).toEqual([
      userId,
      userId,
      {
        id: userId,
        email: "ada@example.test",
        name: "Ada \u{1F600}",
        role: "user",
        tokenVersion: 1,
        bannedAt: null,
        emailVerifiedAt: null,
      },
      undefined,
    ]);
    expect(expected).toContain("23505");
    expect(expected).toContain("23514");
    expect(await scenario(pglite)).toEqual(expected);
  } finally {
    await postgres.destroy();
    await pglite.destroy();
  }
});

test("the whole of it runs on PGlite with a store in memory", async () => {
  const database = await openPGlite();
  await migrateWriteThrough(database);
  await migrateAuth(database);
  const cache = createWriteThroughCache({ database, store: createMemoryStore() });
  await cache.start();
  const node = createNode(database, cache, { nowMs: Date.now() });
  await node.auth.start();
  try {
    const tokens = await node.signUp("embedded@example.test");
    expect((await node.me(tokens.accessToken)).status).toBe(200);
    const answer = await node.refresh(tokens.refreshToken);
    expect(answer.status).toBe(200);
    await node.mutate("auth.logoutEverywhere", undefined, { token: tokens.accessToken });
    expect(reasonOf(await node.me(tokens.accessToken))).toBe("token_revoked");
  } finally {
    await node.auth.stop();
    await cache.stop();
    await database.destroy();
  }
});
