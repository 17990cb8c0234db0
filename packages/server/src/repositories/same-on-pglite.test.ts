import { PGlite } from "@electric-sql/pglite";
import { createTestDatabase } from "@portcullis/test-servers";
import {
  createMemoryStore,
  createWriteThroughCache,
  migrateWriteThrough,
} from "@portcullis/write-through";
import { Kysely, PGliteDialect, sql } from "kysely";
import { expect, test } from "vitest";
import { createNode, openDatabase, reasonOf } from "../../test/start-auth.ts";
import { auditEvent } from "../audit/audit-event.ts";
import { insertAuditEvents } from "./audit-events.ts";
import { listAuditEvents, listAuditEventsAbout } from "./audit-list.ts";
import { createDatabasePort } from "./database-port.ts";
import type { DatabasePort } from "./database-port.ts";
import {
  deleteEmailTokens,
  findEmailToken,
  replaceEmailToken,
  takeEmailToken,
} from "./email-tokens.ts";
import { migrateAuth } from "./migrate.ts";
import {
  findOauthClientSecret,
  insertOauthClient,
  listLiveOauthClients,
  revokeOauthClient,
} from "./oauth-clients.ts";
import {
  deleteAuditEvents,
  deleteOverdueEmailTokens,
  deleteOverdueRegistrations,
  deleteSessions,
  listEndedSessions,
  listOrphanedSessions,
} from "./purge.ts";
import {
  deleteRegistrations,
  deleteRegistrationsOf,
  findRegistration,
  insertRegistration,
  setRegistrationSecret,
  takeRegistrations,
} from "./registrations.ts";
import { loadRealm, raiseTokenEpoch, readTokenEpoch } from "./realm.ts";
import { findRefreshToken, insertRefreshToken, rotateRefreshToken } from "./refresh-tokens.ts";
import {
  findSessionOwner,
  holdSession,
  insertSession,
  listLiveSessions,
  loadSession,
  recogniseDevice,
  revokeSessions,
  touchSession,
} from "./sessions.ts";
import {
  destroySigningKey,
  destroySigningKeysRetiredBefore,
  insertSigningKey,
  isKnownSigningKey,
  listSealedSigningKeys,
  listSigningKeys,
  resealSigningKey,
  setSigningKeyActivation,
  setSigningKeyRetirement,
} from "./signing-keys.ts";
import type { AuthDatabase, AuthTables } from "./tables.ts";
import { findListedUser, listUsers } from "./user-list.ts";
import {
  changeUser,
  deleteUser,
  findCredentials,
  findUserByEmail,
  holdUser,
  insertUser,
  insertUserOrTouch,
  loadUser,
  replacePasswordHash,
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

  const user = {
    email: "ada@example.test",
    name: "Ada \u{1F600}",
    role: "user",
    passwordHash: "$x",
    emailVerifiedAtMs: null,
  };
  note(await read((db) => insertUserOrTouch(db, { ...user, id: userId, createdAtMs: t0 })));
  note(await read((db) => insertUserOrTouch(db, { ...user, id: id(2), createdAtMs: t0 })));
  note(await read((db) => loadUser(db, userId)), await read((db) => loadUser(db, id(9))));
  const eve = { ...user, id: id(3), createdAtMs: t0 };
  note(await read((db) => insertUser(db, eve)), await read((db) => findUserByEmail(db, eve.email)));
  const bob = { ...eve, email: "bob@example.test", emailVerifiedAtMs: t0 };
  note(await read((db) => insertUser(db, bob)), await read((db) => findUserByEmail(db, bob.email)));
  note(await read((db) => findCredentials(db, user.email)));
  await read((db) => replacePasswordHash(db, userId, "$not the hash", "$y"));
  note(await read((db) => findCredentials(db, user.email)));
  await read((db) => replacePasswordHash(db, userId, "$x", "$y"));
  note(await read((db) => findCredentials(db, user.email)));
  note(await read((db) => findCredentials(db, "nobody@example.test")));
  note(await transact((tx) => holdUser(tx, userId)), await transact((tx) => holdUser(tx, id(9))));
  note(await transact((tx) => holdUser(tx, userId, "change")));

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
        address: index === 0 ? null : `192.0.2.${index}`,
        createdAtMs,
        expiresAtMs: t0 + 100_000,
      }),
    );
  }
  note(await read((db) => loadSession(db, id(10))), await read((db) => loadSession(db, id(99))));
  const device = { address: "192.0.2.1", userAgent: "agent 1" };
  note(await transact((tx) => recogniseDevice(tx, userId, device)));
  note(await transact((tx) => recogniseDevice(tx, userId, { ...device, address: null })));
  note(await transact((tx) => recogniseDevice(tx, id(9), device)));
  note(await read((db) => findSessionOwner(db, id(10))));
  note(await read((db) => findSessionOwner(db, id(99))));
  note(await read((db) => listLiveSessions(db, userId, t0)));
  await transact((tx) => revokeSessions(tx, [id(11)], t0 + 5));
  await transact((tx) => revokeSessions(tx, [id(11), id(99)], t0 + 6));
  note(await transact((tx) => holdSession(tx, id(11))));
  note(await transact((tx) => holdSession(tx, id(99))));
  await transact((tx) => touchSession(tx, id(12), t0 + 50));
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

  note(await transact((tx) => changeUser(tx, userId, { raiseTokenVersion: true })));
  note(await transact((tx) => changeUser(tx, id(9), { raiseTokenVersion: true })));
  const change = { name: "Ada L.", email: "ada.l@example.test", emailVerifiedAtMs: t0 };
  note(await transact((tx) => changeUser(tx, userId, change)));
  note(await codeOf(transact((tx) => changeUser(tx, userId, { email: bob.email }))));
  note(await read((db) => listLiveSessions(db, userId, t0)));
  const setVersion = (token_version: number): Promise<unknown> =>
    database.updateTable("portcullis.user").set({ token_version }).execute();
  await setVersion(Number.MAX_SAFE_INTEGER);
  note(await read((db) => loadUser(db, userId)));
  note(await codeOf(transact((tx) => changeUser(tx, userId, { raiseTokenVersion: true }))));
  note(await codeOf(setVersion(0)));
  const times = { banned_at: new Date(t0), email_verified_at: new Date(0) };
  await database.updateTable("portcullis.user").set(times).execute();
  note(await read((db) => loadUser(db, userId)));
  note(await codeOf(database.updateTable("portcullis.user").set({ email: "A@b.test" }).execute()));

  const keyTimes = { createdAtMs: t0, activatesAtMs: t0 + 3 };
  const signingKey = { algorithm: "EdDSA", privateKeyEncrypted: bytes(5), ...keyTimes };
  const insertKey = (kid: string): Promise<void> =>
    transact((tx) => insertSigningKey(tx, { ...signingKey, kid, publicJwk: { kty: "OKP" } }));
  await insertKey("one");
  note(await codeOf(insertKey("two")));
  note(await read(listSigningKeys), await read(listSealedSigningKeys));
  await transact((tx) => setSigningKeyRetirement(tx, "one", t0 + 9));
  await transact((tx) => setSigningKeyActivation(tx, "one", t0 + 4));
  await insertKey("two");
  await read((db) => resealSigningKey(db, "two", bytes(5), bytes(6)));
  await read((db) => resealSigningKey(db, "two", bytes(5), bytes(7)));
  note(await read(listSealedSigningKeys));
  await read((db) => destroySigningKeysRetiredBefore(db, t0 + 10));
  note(await read(listSigningKeys), await read(listSealedSigningKeys));
  await transact((tx) => destroySigningKey(tx, "two", t0 + 11));
  note(await read((db) => isKnownSigningKey(db, "two")), await read(listSealedSigningKeys));

  await proofs(note, read, transact);
  await adminViews(note, read, transact);
  await oauthClients(note, read, transact);
  await transact((tx) => deleteUser(tx, userId));
  note(await read((db) => loadUser(db, userId)));
  note(await read((db) => listEndedSessions(db, t0 + 2, 10)));
  note(await read((db) => listOrphanedSessions(db, t0 + 2, 10)));
  await read((db) => deleteSessions(db, [id(10), id(11), id(12)]));
  note(await read((db) => loadSession(db, id(10))));
  note(await read((db) => findRefreshToken(db, id(20))));
  return seen;
}

/** What admins see and do. */
async function adminViews(
  note: (...values: unknown[]) => void,
  read: DatabasePort["read"],
  transact: DatabasePort["transact"],
): Promise<void> {
  const ban = { bannedAtMs: t0, reason: "Spam", expiresAtMs: t0 + 1 };
  note(await transact((tx) => changeUser(tx, id(3), { role: "moderator", ban })));
  note(
    await read((db) => findListedUser(db, id(3))),
    await read((db) => findListedUser(db, id(9))),
  );
  note(await transact((tx) => changeUser(tx, id(3), { ban: null })));
  const all = { search: undefined, after: undefined, limit: 10 };
  const users = await read((db) => listUsers(db, all));
  note(users);
  note(await read((db) => listUsers(db, { ...all, after: users[0]?.place })));
  note(await read((db) => listUsers(db, { ...all, search: "EXAMPLE.test" })));
  note(await read((db) => listUsers(db, { ...all, search: "_%" })));
  const log = { userId: undefined, afterId: undefined, limit: 10 };
  const entries = await read((db) => listAuditEvents(db, log));
  note(entries);
  note(await read((db) => listAuditEvents(db, { ...log, userId, afterId: entries[0]?.id })));
  const kinds = entries.slice(0, 1).map(({ kind }) => kind);
  note(await read((db) => listAuditEventsAbout(db, { ...log, userId, kinds })));
  note(
    await read((db) =>
      listAuditEventsAbout(db, { ...log, userId, kinds, afterId: entries[0]?.id }),
    ),
  );
  note(await transact(raiseTokenEpoch));
}

/** Registrations, tokens of mails, and the audit log. */
async function proofs(
  note: (...values: unknown[]) => void,
  read: DatabasePort["read"],
  transact: DatabasePort["transact"],
): Promise<void> {
  const registration = { email: "carol@example.test", name: "Carol", passwordHash: "$c" };
  const life = { createdAtMs: t0, expiresAtMs: t0 + 1000 };
  for (const last of [30, 31]) {
    const entry = { ...registration, ...life, id: id(last), userId: last === 30 ? null : userId };
    await transact((tx) => insertRegistration(tx, entry));
  }
  note(await read((db) => findRegistration(db, id(30))));
  await transact((tx) => setRegistrationSecret(tx, id(31), bytes(6)));
  note(await read((db) => findRegistration(db, id(31))));
  await transact((tx) => deleteRegistrationsOf(tx, userId));
  note(await read((db) => findRegistration(db, id(31))));
  note(await transact((tx) => takeRegistrations(tx, registration.email)));
  note(await transact((tx) => takeRegistrations(tx, registration.email)));
  await transact((tx) => deleteRegistrations(tx, registration.email));
  note(await read((db) => findRegistration(db, id(31))));

  const token = {
    ...life,
    userId,
    tokenVersion: 1,
    email: "ada@example.test",
    purpose: "reset_password" as const,
  };
  for (const last of [40, 41]) {
    const entry = { ...token, id: id(last), secretHash: bytes(last) };
    await transact((tx) => replaceEmailToken(tx, entry));
  }
  note(await read((db) => findEmailToken(db, "reset_password", id(40))));
  note(await read((db) => findEmailToken(db, "reset_password", id(41))));
  note(await read((db) => findEmailToken(db, "change_email", id(41))));
  note(await transact((tx) => takeEmailToken(tx, id(41))));
  note(await transact((tx) => takeEmailToken(tx, id(41))));
  await transact((tx) => replaceEmailToken(tx, { ...token, id: id(42), secretHash: bytes(7) }));
  await transact((tx) => deleteEmailTokens(tx, userId));
  note(await read((db) => findEmailToken(db, "reset_password", id(42))));
  await transact((tx) => replaceEmailToken(tx, { ...token, id: id(43), secretHash: bytes(8) }));
  note(await read((db) => deleteOverdueEmailTokens(db, t0 + 1001, 10)));
  note(await read((db) => deleteOverdueRegistrations(db, t0 + 1001, 10)));
  note(await read((db) => findEmailToken(db, "reset_password", id(43))));

  const event = auditEvent("name_changed", "console", t0, {}, { userId });
  await transact((tx) => insertAuditEvents(tx, [event, event]));
  note(await codeOf(read((db) => db.deleteFrom("portcullis.audit_event").execute())));
  note(
    await codeOf(
      read((db) => db.updateTable("portcullis.audit_event").set({ kind: "x" }).execute()),
    ),
  );
  note(await read((db) => deleteAuditEvents(db, t0, 10)));
}

async function oauthClients(
  note: (...values: unknown[]) => void,
  read: DatabasePort["read"],
  transact: DatabasePort["transact"],
): Promise<void> {
  const client = { name: "Billing", secretHash: bytes(9), createdAtMs: t0 };
  for (const clientId of ["client-1", "client-2", "client-3"]) {
    note(await transact((tx) => insertOauthClient(tx, { ...client, id: clientId }, 2)));
  }
  note(await read((db) => findOauthClientSecret(db, "client-1")));
  note(await read((db) => findOauthClientSecret(db, "client-3")));
  note(await transact((tx) => revokeOauthClient(tx, "client-1", t0 + 1)));
  note(await transact((tx) => revokeOauthClient(tx, "client-1", t0 + 2)));
  note(await read((db) => findOauthClientSecret(db, "client-1")));
  note(await read(listLiveOauthClients));
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
        banExpiresAt: null,
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
