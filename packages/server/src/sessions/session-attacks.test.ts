import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { claimsOf, reasonOf, startWorld, testPassword } from "../../test/start-auth.ts";
import type { BodyTokenSet, TestNode } from "../../test/start-auth.ts";
import { insertSignedIn } from "../../test/valid-calls.ts";
import { insertSession } from "../repositories/sessions.ts";
import { insertRefreshToken } from "../repositories/refresh-tokens.ts";
import { hashOf, makeOpaqueToken, writeOpaqueToken } from "../tokens/opaque-token.ts";

async function plant(node: TestNode, userId: string, createdAtMs: number) {
  const id = randomUUID();
  const token = makeOpaqueToken();
  const life = { createdAtMs, expiresAtMs: createdAtMs + 86_400_000 };
  await node.database.transaction().execute(async (t) => {
    await insertSession(t, {
      id,
      userId,
      tokenVersion: 1,
      tokenEpoch: 1,
      userAgent: null,
      address: null,
      ...life,
    });
    await insertRefreshToken(t, {
      id: token.id,
      sessionId: id,
      secretHash: hashOf(token),
      generation: 1,
      ...life,
    });
  });
  return writeOpaqueToken(token);
}
const liveCount = async (node: TestNode) =>
  Number(
    (
      await node.database
        .selectFrom("portcullis.session")
        .select((eb) => eb.fn.countAll().as("n"))
        .where("revoked_at", "is", null)
        .executeTakeFirstOrThrow()
    ).n,
  );

test("V7.1.2 a hundred sessions are a bound too, and ending the others leaves none", async () => {
  await using world = await startWorld({ auth: { sessions: { perUserMax: 100 } } });
  const [node] = world.nodes;
  const user = await insertSignedIn(node);
  const oldest = await plant(node, user.id, world.clock.nowMs - 1000);
  for (let i = 1; i < 99; i += 1) await plant(node, user.id, world.clock.nowMs - 500 + i);
  expect(await liveCount(node)).toBe(100);
  let last!: BodyTokenSet;
  for (let i = 0; i < 4; i += 1) {
    world.clock.nowMs += 1;
    last = await node.login(user.email);
  }
  const count = await liveCount(node);
  const answer = await node.mutate("auth.sessions.revokeOthers", undefined, {
    token: last.accessToken,
  });
  const refreshed = await node.refresh(oldest);
  expect({
    count,
    answer: answer.status,
    oldest: reasonOf(refreshed) ?? refreshed.status,
    left: await liveCount(node),
  }).toEqual({
    count: 100,
    answer: 200,
    oldest: "refresh_token_invalid",
    left: 1,
  });
});

test("V11.2.2 logins at once whose hash is made anew all succeed", async () => {
  await using world = await startWorld({ auth: { passwords: { passes: 3, concurrency: 4 } } });
  const [node] = world.nodes;
  const { email } = await insertSignedIn(node)
    .then((p) => p)
    .catch(() => ({ email: "" }));
  // insertSignedIn has logged in and so rehashed: put the cheap hash back.
  const other = await (await import("../../test/valid-calls.ts")).insertPerson(node);
  const answers = await Promise.all(
    Array.from({ length: 4 }, () =>
      node.mutate("auth.login", { email: other.email, password: testPassword }),
    ),
  );
  expect([email === "", ...answers.map((a) => reasonOf(a) ?? "ok")]).toEqual([
    false,
    "ok",
    "ok",
    "ok",
    "ok",
  ]);
});

test("V7.5.2 ending the others ends the one that a confirmation has just put in place of one", async () => {
  await using world = await startWorld();
  const [node] = world.nodes;
  const user = await insertSignedIn(node);
  const other = await node.login(user.email);
  const held = Promise.withResolvers<void>();
  const isHeld = Promise.withResolvers<void>();
  const blocking = node.database.transaction().execute(async (t) => {
    await sql`lock table portcullis.audit_event in exclusive mode`.execute(t);
    isHeld.resolve();
    await held.promise;
  });
  await isHeld.promise;
  const waiting = async () =>
    (
      await sql<{
        n: number;
      }>`select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(
        node.database,
      )
    ).rows[0]?.n;
  const confirming = node.mutate(
    "auth.confirm",
    { password: testPassword },
    { token: user.tokens.accessToken },
  );
  await expect.poll(waiting).toBe(1);
  const leaving = node.mutate("auth.sessions.revokeOthers", undefined, {
    token: other.accessToken,
  });
  await expect.poll(waiting).toBe(2);
  held.resolve();
  await blocking;
  const [confirmed, left] = await Promise.all([confirming, leaving]);
  const born = confirmed.data as BodyTokenSet | undefined;
  expect({
    confirm: confirmed.status,
    logout: reasonOf(left) ?? left.status,
    born: born && (await node.me(born.accessToken)).status,
  }).not.toEqual({ confirm: 200, logout: 200, born: 200 });
});

test("V16.2.1 the session of another user that a login ends is in that user's audit log", async () => {
  await using world = await startWorld();
  const [node] = world.nodes;
  const one = await insertSignedIn(node);
  const two = await insertSignedIn(node);
  await node.mutate(
    "auth.login",
    { email: two.email, password: testPassword },
    { token: one.tokens.accessToken },
  );
  const rows = await node.database
    .selectFrom("portcullis.audit_event")
    .select(["user_id", "session_id"])
    .where("kind", "=", "session_revoked")
    .execute();
  expect(rows).toEqual([{ user_id: one.id, session_id: claimsOf(one.tokens.accessToken).sid }]);
});

test("API-01 a mailed token is not taken in a batch", async () => {
  await using world = await startWorld();
  const [node] = world.nodes;
  const user = await insertSignedIn(node);
  const body: Record<string, unknown> = {};
  for (let i = 0; i < 10; i += 1) body[i] = { token: `${randomUUID()}.${"A".repeat(43)}` };
  const response = await node.fetch(
    new Request(
      `http://api.test/trpc/${Array.from({ length: 10 }, () => "auth.account.confirmEmail").join(",")}?batch=1`,
      {
        method: "POST",
        headers: {
          "content-type": "application/json",
          authorization: `Bearer ${user.tokens.accessToken}`,
        },
        body: JSON.stringify(body),
      },
    ),
  );
  const answers = (await response.json()) as { error: { data: { reason: string } } }[];
  expect(new Set(answers.map((a) => a.error.data.reason))).toEqual(new Set(["request_refused"]));
});

test("V7.4.2 a call that began before a ban does not change the account once the ban has returned", async () => {
  await using world = await startWorld();
  const [node] = world.nodes;
  const user = await insertSignedIn(node);
  const held = Promise.withResolvers<void>();
  const isHeld = Promise.withResolvers<void>();
  const banning = node.cache.write([{ table: "auth_user", id: user.id }], async (t) => {
    await t
      .updateTable("portcullis.user")
      .set({ banned_at: new Date(), token_version: 2 })
      .where("id", "=", user.id)
      .execute();
    isHeld.resolve();
    await held.promise;
  });
  await isHeld.promise;
  const waiting = async () =>
    (
      await sql<{
        n: number;
      }>`select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(
        node.database,
      )
    ).rows[0]?.n;
  const renaming = node.mutate(
    "auth.account.rename",
    { name: "Slur" },
    { token: user.tokens.accessToken },
  );
  const out = node.mutate("auth.logoutEverywhere", undefined, { token: user.tokens.accessToken });
  await expect.poll(waiting).toBe(2);
  held.resolve();
  await banning;
  expect([reasonOf(await renaming), reasonOf(await out)]).toEqual([
    "token_revoked",
    "token_revoked",
  ]);
});
