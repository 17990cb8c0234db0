import { afterAll, beforeAll, expect, test } from "vitest";
import {
  claimsOf,
  reasonOf,
  signUpVerified,
  startWorld,
  testPassword,
} from "../../test/start-auth.ts";
import type { BodyTokenSet, TestNode, TestWorld } from "../../test/start-auth.ts";
import { auditEvent } from "../audit/audit-event.ts";
import type { SessionSummary } from "../contract.ts";
import { insertAuditEvents } from "../repositories/audit-events.ts";

let world: TestWorld;
let node: TestNode;

beforeAll(async () => {
  world = await startWorld();
  [node] = world.nodes;
});
afterAll(() => world[Symbol.asyncDispose]());

const listOf = async (token: string, at = node) =>
  (await at.query("auth.sessions.list", { token })).data as SessionSummary[];

test("V7.1.2 the twenty-first login ends the oldest session, on every node", async () => {
  await using own = await startWorld({ nodes: 2 });
  const [first, second] = own.nodes as [TestNode, TestNode];
  const email = "collector@example.test";
  const oldest = await first.signUp(email);
  const logins: BodyTokenSet[] = [];
  for (let index = 2; index <= 20; index += 1) {
    own.clock.nowMs += 1;
    logins.push(await first.login(email));
  }
  expect((await second.me(oldest.accessToken)).status).toBe(200);
  own.clock.nowMs += 1;
  const newest = await second.login(email);
  for (const at of [first, second]) {
    expect(reasonOf(await at.me(oldest.accessToken))).toBe("token_revoked");
    expect((await at.me(newest.accessToken)).status).toBe(200);
  }
  expect(reasonOf(await first.refresh(oldest.refreshToken))).toBe("refresh_token_invalid");
  expect(await listOf(newest.accessToken, first)).toHaveLength(20);
  expect((await first.me(logins[0]?.accessToken ?? "")).status).toBe(200);
});

test("V2.3.2 of fifty logins at once no more than twenty sessions are left", async () => {
  await using own = await startWorld({ auth: { passwords: { queueMax: 100 } } });
  const [wide] = own.nodes;
  const email = "crowd@example.test";
  await wide.register(email);
  await Promise.all(Array.from({ length: 50 }, () => wide.login(email)));
  const { accessToken } = await wide.login(email);
  expect((await listOf(accessToken, wide)).length).toBeLessThanOrEqual(20);
});

test("a user ends all sessions but the one that asks", async () => {
  const email = "others@example.test";
  const first = await node.signUp(email);
  const second = await node.login(email);
  const own = await node.login(email);
  const answer = await node.mutate("auth.sessions.revokeOthers", undefined, {
    token: own.accessToken,
  });
  const ended = (answer.data as { sessionIds: string[] }).sessionIds;
  expect(ended.toSorted()).toEqual(
    [first, second].map(({ accessToken }) => claimsOf(accessToken).sid).toSorted(),
  );
  for (const { accessToken } of [first, second]) {
    expect(reasonOf(await node.me(accessToken))).toBe("token_revoked");
  }
  expect((await node.me(own.accessToken)).status).toBe(200);
  const again = await node.mutate("auth.sessions.revokeOthers", undefined, {
    token: own.accessToken,
  });
  expect(again.data).toEqual({ sessionIds: [] });
});

test("the list says from where and when a session was used, at most once an hour", async () => {
  const email = "placed@example.test";
  await node.register(email);
  const login = await node.mutate(
    "auth.login",
    { email, password: testPassword },
    { address: "2001:db8::7" },
  );
  let tokens = login.data as BodyTokenSet;
  const openedAt = new Date(world.clock.nowMs).toISOString();
  expect(await listOf(tokens.accessToken)).toMatchObject([
    { address: "2001:db8::7", createdAt: openedAt, lastUsedAt: openedAt, current: true },
  ]);
  world.clock.nowMs += 3_599_999;
  tokens = (await node.refresh(tokens.refreshToken)).data as BodyTokenSet;
  expect(await listOf(tokens.accessToken)).toMatchObject([{ lastUsedAt: openedAt }]);
  world.clock.nowMs += 1;
  tokens = (await node.refresh(tokens.refreshToken)).data as BodyTokenSet;
  expect(await listOf(tokens.accessToken)).toMatchObject([
    { lastUsedAt: new Date(world.clock.nowMs).toISOString() },
  ]);
});

test("V7.2.4 a login ends the session whose token the request brought", async () => {
  const email = "again@example.test";
  const first = await node.signUp(email);
  const answer = await node.mutate(
    "auth.login",
    { email, password: testPassword },
    { token: first.accessToken },
  );
  expect(reasonOf(await node.me(first.accessToken))).toBe("token_revoked");
  expect(reasonOf(await node.refresh(first.refreshToken))).toBe("refresh_token_invalid");
  expect((await node.me((answer.data as BodyTokenSet).accessToken)).status).toBe(200);
});

test("V7.3.1 an access token does not outlive a session that is not refreshed", async () => {
  await using own = await startWorld({ auth: { sessions: { refreshIdleTtlSeconds: 60 } } });
  const [alone] = own.nodes;
  const tokens = await alone.signUp("idle@example.test");
  expect(tokens.expiresIn).toBe(60);
  own.clock.nowMs += 59_000;
  expect((await alone.me(tokens.accessToken)).status).toBe(200);
  own.clock.nowMs += 1000;
  expect((await alone.me(tokens.accessToken)).status).toBe(401);
});

test("RT-01 the user is told by mail when a refresh token was used twice", async () => {
  const email = "robbed@example.test";
  const tokens = await signUpVerified(node, email);
  const child = (await node.refresh(tokens.refreshToken)).data as BodyTokenSet;
  await node.refresh(child.refreshToken);
  expect(reasonOf(await node.refresh(tokens.refreshToken))).toBe("refresh_token_reused");
  const mail = await node.outbox.waitFor(
    ({ to, text }) => to.address === email && !text.includes("#token="),
  );
  expect(mail.text).toMatch(/session|signed out/i);
});

test("V6.3.5 the user is told by mail of a login from a device not seen before", async () => {
  const email = "traveller@example.test";
  const from = (address: string, userAgent: string) =>
    node.mutate(
      "auth.login",
      { email, password: testPassword },
      { address, headers: { "user-agent": userAgent } },
    );
  await signUpVerified(node, email);
  await from("192.0.2.7", "One/1");
  await from("192.0.2.7", "One/1");
  await from("192.0.2.8", "One/1");
  await node.outbox.waitFor(({ to, text }) => to.address === email && text.includes("192.0.2.8"));
  const mails = node.outbox.mails().filter(({ to }) => to.address === email);
  // That of the registration, and one for each of the two.
  expect(mails).toHaveLength(3);
});

test("V14.2.7 what has served its purpose is deleted, and what has not is left", async () => {
  await using own = await startWorld();
  const [alone] = own.nodes;
  const ended = await alone.signUp("purged@example.test");
  const live = await alone.login("purged@example.test");
  await alone.mutate("auth.logout", undefined, { token: ended.accessToken });
  const sessionIds = async () =>
    (await alone.database.selectFrom("portcullis.session").select("id").execute()).map(
      ({ id }) => id,
    );
  own.clock.nowMs += 7 * 86_400_000;
  await alone.auth.purge();
  expect(await sessionIds()).toHaveLength(2);
  own.clock.nowMs += 1;
  await alone.auth.purge();
  expect(await sessionIds()).toEqual([claimsOf(live.accessToken).sid]);
  const tokens = await alone.database.selectFrom("portcullis.refresh_token").select("id").execute();
  expect(tokens).toHaveLength(1);
  const pending = await alone.database.selectFrom("portcullis.registration").select("id").execute();
  expect(pending).toEqual([]);
  expect(reasonOf(await alone.refresh(ended.refreshToken))).toBe("refresh_token_invalid");
  expect((await alone.refresh(live.refreshToken)).status).toBe(200);
});

test("V14.2.7 sessions that are over are kept for a week, the audit log for a year, and no longer", async () => {
  await using own = await startWorld();
  const [alone] = own.nodes;
  const { nowMs: startMs } = own.clock;
  const [dayMs, weekMs] = [86_400_000, 7 * 86_400_000];
  const deleted = await alone.signUp("deleted@example.test");
  await alone.mutate("auth.account.remove", undefined, { token: deleted.accessToken });
  await alone.signUp("expired@example.test");
  const oldMs = startMs - 365 * dayMs;
  const old = auditEvent("key_rotated", "console", oldMs, { kid: "an old key" });
  await insertAuditEvents(alone.database, [old]);
  const keptAfter = async (ms: number): Promise<unknown> => {
    own.clock.nowMs = startMs + ms;
    await alone.auth.purge();
    const sessions = alone.database.selectFrom("portcullis.session").select("id");
    const events = alone.database
      .selectFrom("portcullis.audit_event")
      .select("id")
      .where("at", "=", new Date(oldMs));
    return {
      sessions: (await sessions.execute()).length,
      oldEvents: (await events.execute()).length,
    };
  };
  expect(await keptAfter(0)).toEqual({ sessions: 2, oldEvents: 1 });
  expect(await keptAfter(1)).toEqual({ sessions: 2, oldEvents: 0 });
  expect(await keptAfter(weekMs)).toEqual({ sessions: 2, oldEvents: 0 });
  expect(await keptAfter(weekMs + 1)).toEqual({ sessions: 1, oldEvents: 0 });
  const expiryMs = 30 * dayMs;
  expect(await keptAfter(expiryMs + weekMs)).toEqual({ sessions: 1, oldEvents: 0 });
  expect(await keptAfter(expiryMs + weekMs + 1)).toEqual({ sessions: 0, oldEvents: 0 });
});
