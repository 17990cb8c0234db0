import { afterAll, beforeAll, expect, test } from "vitest";
import { claimsOf, reasonOf, startWorld, testPassword } from "../../test/start-auth.ts";
import type { TestNode, TestWorld } from "../../test/start-auth.ts";
import type { SessionSummary } from "../contract.ts";

let world: TestWorld;
let node: TestNode;

beforeAll(async () => {
  world = await startWorld();
  [node] = world.nodes;
});
afterAll(() => world[Symbol.asyncDispose]());

test("a user registers, signs in, asks who they are and signs out", async () => {
  const registered = await node.register("Ada@Example.test");
  expect(registered.data).toEqual({ accepted: true });

  const tokens = await node.login("ada@example.test");
  expect(tokens).toMatchObject({ tokenType: "Bearer", expiresIn: 600 });
  expect(tokens.user).toEqual({
    id: claimsOf(tokens.accessToken).sub,
    email: "ada@example.test",
    name: "Ada",
    role: "user",
    emailVerified: false,
  });
  const me = await node.me(tokens.accessToken);
  expect(me.data).toEqual(tokens.user);
  const own = await node.query("whoAmI", { token: tokens.accessToken });
  expect(own.data).toBe(tokens.user.id);

  const out = await node.mutate("auth.logout", undefined, { token: tokens.accessToken });
  expect(out.data).toEqual({ sessionId: claimsOf(tokens.accessToken).sid });
  expect(reasonOf(await node.me(tokens.accessToken))).toBe("token_revoked");
  expect(reasonOf(await node.refresh(tokens.refreshToken))).toBe("refresh_token_invalid");
});

test("V7.4.1 logging out ends one session and leaves the others", async () => {
  const first = await node.signUp("two-sessions@example.test");
  const second = await node.login("two-sessions@example.test");
  await node.mutate("auth.logout", undefined, { token: first.accessToken });
  expect((await node.me(first.accessToken)).status).toBe(401);
  expect((await node.me(second.accessToken)).status).toBe(200);
});

test("V7.4.2 logging out everywhere ends every session and every refresh token", async () => {
  const first = await node.signUp("everywhere@example.test");
  const second = await node.login("everywhere@example.test");
  const answer = await node.mutate("auth.logoutEverywhere", undefined, {
    token: second.accessToken,
  });
  expect(answer.data).toEqual({ tokenVersion: 2 });
  for (const tokens of [first, second]) {
    expect(reasonOf(await node.me(tokens.accessToken))).toBe("token_revoked");
    expect(reasonOf(await node.refresh(tokens.refreshToken))).toBe("refresh_token_invalid");
  }
  const again = await node.login("everywhere@example.test");
  expect((await node.me(again.accessToken)).status).toBe(200);
});

test("RT-07 a ban refuses access token, refresh token and login", async () => {
  const tokens = await node.signUp("banned@example.test");
  const userId = tokens.user.id;
  expect((await node.me(tokens.accessToken)).status).toBe(200);
  const users = { table: "auth_user", id: userId };
  await node.cache.write([users], async (transaction) => {
    await transaction
      .updateTable("portcullis.user")
      .set({ banned_at: new Date(world.clock.nowMs) })
      .where("id", "=", userId)
      .execute();
  });
  expect(reasonOf(await node.me(tokens.accessToken))).toBe("token_revoked");
  expect(reasonOf(await node.refresh(tokens.refreshToken))).toBe("refresh_token_invalid");
  const login = await node.mutate("auth.login", {
    email: "banned@example.test",
    password: testPassword,
  });
  expect(reasonOf(login)).toBe("invalid_credentials");
});

test("the realm's epoch ends every token there is, refresh tokens as well", async () => {
  await using own = await startWorld();
  const [alone] = own.nodes;
  const tokens = await alone.signUp("epoch@example.test");
  expect((await alone.me(tokens.accessToken)).status).toBe(200);
  await alone.cache.write([{ table: "auth_realm", id: "realm" }], async (transaction) => {
    await transaction.updateTable("portcullis.realm").set({ token_epoch: 2 }).execute();
  });
  expect(reasonOf(await alone.me(tokens.accessToken))).toBe("token_revoked");
  expect(reasonOf(await alone.refresh(tokens.refreshToken))).toBe("refresh_token_invalid");
  const fresh = await alone.login("epoch@example.test");
  expect((await alone.me(fresh.accessToken)).status).toBe(200);
  const list = await alone.query("auth.sessions.list", { token: fresh.accessToken });
  expect(list.data).toHaveLength(1);
});

test("V7.5.2 the list shows live sessions, newest first, and marks the current one", async () => {
  const email = "lister@example.test";
  const first = await node.signUp(email);
  world.clock.nowMs += 1000;
  const second = await node.mutate(
    "auth.login",
    { email, password: testPassword },
    { headers: { "user-agent": "x".repeat(300) } },
  );
  const { accessToken } = second.data as { accessToken: string };
  const list = await node.query("auth.sessions.list", { token: accessToken });
  const sessions = list.data as SessionSummary[];
  expect(sessions.map((session) => session.id)).toEqual([
    claimsOf(accessToken).sid,
    claimsOf(first.accessToken).sid,
  ]);
  expect(sessions.map((session) => session.current)).toEqual([true, false]);
  expect(sessions.map((session) => session.userAgent)).toEqual(["x".repeat(256), null]);
  expect(sessions[0]?.createdAt).toBe(new Date(world.clock.nowMs).toISOString());

  const revoked = await node.mutate(
    "auth.sessions.revoke",
    { sessionId: claimsOf(first.accessToken).sid },
    { token: accessToken },
  );
  expect(revoked.data).toEqual({ sessionId: claimsOf(first.accessToken).sid });
  expect(reasonOf(await node.me(first.accessToken))).toBe("token_revoked");
  const rest = await node.query("auth.sessions.list", { token: accessToken });
  expect(rest.data).toHaveLength(1);
});

test("V8.2.2 another user's session id gets the answer of an unknown one, and no effect", async () => {
  const attacker = await node.signUp("attacker@example.test");
  const victim = await node.signUp("victim@example.test");
  const { sid } = claimsOf(victim.accessToken);
  const unknown = "00000000-0000-4000-8000-000000000000";
  const answers = [];
  for (const sessionId of [sid, unknown]) {
    const answer = await node.mutate(
      "auth.sessions.revoke",
      { sessionId },
      { token: attacker.accessToken },
    );
    expect(answer.status).toBe(404);
    answers.push(answer.text.replace(answer.error?.data.requestId ?? "", "id"));
  }
  expect(answers[0]).toBe(answers[1]);
  expect(answers[0]).toContain("session_not_found");
  expect((await node.me(victim.accessToken)).status).toBe(200);
});

test("CA-01 an upper-case session id is refused: one row must not have two cache keys", async () => {
  const tokens = await node.signUp("upper-case@example.test");
  const { sid } = claimsOf(tokens.accessToken);
  for (const sessionId of [sid.toUpperCase(), `${sid}\n`, "*", "a:b", "x".repeat(10_240)]) {
    const answer = await node.mutate(
      "auth.sessions.revoke",
      { sessionId },
      { token: tokens.accessToken },
    );
    expect(reasonOf(answer)).toBe("input_invalid");
  }
  expect((await node.me(tokens.accessToken)).status).toBe(200);
});

test("V7.3.2 a session ends at its absolute lifetime although it is refreshed all the time", async () => {
  await using own = await startWorld({
    auth: { sessions: { absoluteTtlSeconds: 3600, refreshIdleTtlSeconds: 600 } },
  });
  const [alone] = own.nodes;
  let tokens = await alone.signUp("absolute@example.test");
  const loginAt = own.clock.nowMs;
  for (let minutes = 5; minutes < 60; minutes += 5) {
    own.clock.nowMs = loginAt + minutes * 60_000;
    const answer = await alone.refresh(tokens.refreshToken);
    expect(answer.status).toBe(200);
    tokens = answer.data as typeof tokens;
  }
  expect(tokens.expiresIn).toBe(300);
  own.clock.nowMs = loginAt + 3600_000 - 1000;
  expect((await alone.me(tokens.accessToken)).status).toBe(200);
  own.clock.nowMs = loginAt + 3600_000;
  expect((await alone.me(tokens.accessToken)).status).toBe(401);
  expect(reasonOf(await alone.refresh(tokens.refreshToken))).toBe("refresh_token_invalid");
});

test("V7.3.1 a session that is not refreshed within the idle time ends", async () => {
  await using own = await startWorld({ auth: { sessions: { refreshIdleTtlSeconds: 60 } } });
  const [alone] = own.nodes;
  const tokens = await alone.signUp("idle@example.test");
  own.clock.nowMs += 59_999;
  const answer = await alone.refresh(tokens.refreshToken);
  expect(answer.status).toBe(200);
  const { refreshToken } = answer.data as typeof tokens;
  own.clock.nowMs += 60_000;
  expect(reasonOf(await alone.refresh(refreshToken))).toBe("refresh_token_invalid");
});
