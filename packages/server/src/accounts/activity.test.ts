import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createOauthService } from "../../test/oauth-service.ts";
import { claimsOf, reasonOf, startWorld, testPassword } from "../../test/start-auth.ts";
import type { BodyTokenSet, TestNode, TestWorld } from "../../test/start-auth.ts";
import { insertSignedIn } from "../../test/valid-calls.ts";
import type { SignedInPerson } from "../../test/valid-calls.ts";
import type { AuditEntry, AuditPage } from "../contract.ts";

let world: TestWorld;
let node: TestNode;
let admin: SignedInPerson;

/** Where admins are, and what they call with. */
const fromOffice = { address: "198.51.100.7", headers: { "user-agent": "Office/1" } };

beforeAll(async () => {
  world = await startWorld();
  [node] = world.nodes;
  admin = await insertSignedIn(node, "admin");
});
afterAll(() => world[Symbol.asyncDispose]());

async function activityOf(
  { accessToken: token }: Pick<BodyTokenSet, "accessToken">,
  input: object = {},
): Promise<AuditPage> {
  const query = `auth.account.activity?input=${encodeURIComponent(JSON.stringify(input))}`;
  return (await node.query(query, { token })).data as AuditPage;
}

const kindsOf = ({ entries }: AuditPage): string[] => entries.map(({ kind }) => kind);

/** What an admin does to a user, from the office. */
const act = (path: string, input: object) =>
  node.mutate(`auth.admin.users.${path}`, input, {
    token: admin.tokens.accessToken,
    ...fromOffice,
  });

describe("V16.3.1 the activity of an account", () => {
  test("has the user's logins and changes, newest first, with where they were made", async () => {
    const { id, email, tokens } = await insertSignedIn(node);
    const token = tokens.accessToken;
    const other = await node.login(email);
    await node.mutate("auth.account.rename", { name: "Grace" }, { token });
    const { sid: sessionId } = claimsOf(other.accessToken);
    await node.mutate("auth.sessions.revoke", { sessionId }, { token });
    const change = { currentPassword: testPassword, newPassword: `${testPassword}, another` };
    const changed = await node.mutate("auth.account.changePassword", change, { token });

    const page = await activityOf(changed.data as BodyTokenSet);
    expect(kindsOf(page)).toEqual([
      "password_changed",
      "session_revoked",
      "name_changed",
      "login_succeeded",
      "login_succeeded",
    ]);
    expect(page.entries[1]).toEqual({
      id: expect.stringMatching(/^\d+$/),
      at: new Date(world.clock.nowMs).toISOString(),
      kind: "session_revoked",
      outcome: "success",
      actorId: id,
      userId: id,
      sessionId,
      address: "192.0.2.1",
      userAgent: null,
      requestId: expect.any(String),
      details: {},
    });
    expect(page.nextCursor).toBeUndefined();
  });

  test("has what was refused, from wherever it was tried", async () => {
    const { email, tokens } = await insertSignedIn(node);
    const guess = { email, password: "not the password at all" };
    await node.mutate("auth.login", guess, { address: "203.0.113.9" });
    const wrong = { currentPassword: guess.password, newPassword: `${testPassword}, another` };
    await node.mutate("auth.account.changePassword", wrong, { token: tokens.accessToken });
    // Refusals are written a little later.
    await expect
      .poll(async () => kindsOf(await activityOf(tokens)))
      .toEqual(["password_change_refused", "login_failed", "login_succeeded"]);
    const { entries } = await activityOf(tokens);
    expect(entries[1]).toMatchObject({
      outcome: "refused",
      actorId: null,
      address: "203.0.113.9",
      details: { cause: "wrong_password" },
    });
  });

  test("says what admins did, and nothing of who they are and why", async () => {
    const { id: userId, email } = await insertSignedIn(node);
    const expiresAt = new Date(world.clock.nowMs + 3_600_000).toISOString();
    await act("setRole", { userId, role: "admin" });
    await act("setRole", { userId, role: "user" });
    await act("ban", { userId, reason: "Insulted Eve", expiresAt });
    await act("unban", { userId });
    await act("logout", { userId });
    const page = await activityOf(await node.login(email));
    const hidden = {
      actorId: null,
      sessionId: null,
      address: null,
      userAgent: null,
      requestId: null,
    };
    expect(page.entries.slice(1, -1)).toEqual(
      [
        { kind: "user_logged_out", details: { tokenVersion: 3 } },
        { kind: "user_unbanned", details: {} },
        { kind: "user_banned", details: { expiresAt } },
        { kind: "role_changed", details: { from: "admin", to: "user" } },
        { kind: "role_changed", details: { from: "user", to: "admin" } },
      ].map((entry) => ({
        id: expect.any(String),
        at: expect.any(String),
        outcome: "success",
        userId,
        ...hidden,
        ...entry,
      })),
    );
    const text = JSON.stringify(page);
    const { sid } = claimsOf(admin.tokens.accessToken);
    for (const secret of [admin.id, sid, fromOffice.address, "Office", "Insulted"]) {
      expect(text).not.toContain(secret);
    }
  });

  test("names no service that has revoked a token", async () => {
    const { email, tokens } = await insertSignedIn(node);
    const { sid } = claimsOf(tokens.accessToken);
    const service = await createOauthService(node);
    await service.revoke(tokens.accessToken);
    const { entries } = await activityOf(await node.login(email));
    expect(entries[1]).toMatchObject({
      kind: "session_revoked",
      sessionId: sid,
      address: null,
      userAgent: null,
      requestId: null,
      details: {},
    });
  });

  test("has nothing of another user, and nothing that the user did to others", async () => {
    const one = await insertSignedIn(node, "admin");
    const two = await insertSignedIn(node);
    const token = one.tokens.accessToken;
    await node.mutate("auth.admin.users.logout", { userId: two.id }, { token });
    await node.mutate("auth.admin.users.setRole", { userId: two.id, role: "user" }, { token });
    const page = await activityOf(one.tokens);
    expect(kindsOf(page)).toEqual(["login_succeeded"]);
    expect(page.entries[0]?.userId).toBe(one.id);
    expect(JSON.stringify(page)).not.toContain(two.id);
  });

  test("says nothing of what was denied, to the user or to who would have acted on them", async () => {
    const climber = await insertSignedIn(node);
    const target = await insertSignedIn(node);
    const token = climber.tokens.accessToken;
    const answer = await node.mutate(
      "auth.admin.users.ban",
      { userId: target.id, reason: "Spite" },
      { token },
    );
    expect(reasonOf(answer)).toBe("permission_denied");
    const denials = node.database
      .selectFrom("portcullis.audit_event")
      .select("id")
      .where("kind", "=", "permission_denied")
      .where("actor_id", "=", climber.id);
    await expect.poll(() => denials.execute()).toHaveLength(1);
    for (const { tokens } of [climber, target]) {
      expect(kindsOf(await activityOf(tokens))).toEqual(["login_succeeded"]);
    }
  });

  test("comes in pages that fit together", async () => {
    const { tokens } = await insertSignedIn(node);
    const token = tokens.accessToken;
    const stranger = await insertSignedIn(node);
    for (const name of ["A", "B", "C", "D", "E"]) {
      await node.mutate("auth.account.rename", { name }, { token });
      const options = { token: stranger.tokens.accessToken };
      await node.mutate("auth.account.rename", { name }, options);
    }
    const all = await activityOf(tokens, { limit: 100 });
    expect(all.entries).toHaveLength(6);
    for (const limit of [1, 2, 3, 6]) {
      const walked: AuditEntry[] = [];
      let cursor: string | undefined;
      do {
        const page = await activityOf(tokens, { cursor, limit });
        expect(page.entries.length).toBeLessThanOrEqual(limit);
        walked.push(...page.entries);
        cursor = page.nextCursor;
      } while (cursor !== undefined && walked.length < 20);
      expect([limit, walked]).toEqual([limit, all.entries]);
    }
  });

  test("a cursor of somebody else's page opens nothing of theirs", async () => {
    const one = await insertSignedIn(node);
    const two = await insertSignedIn(node);
    await node.login(two.email);
    await node.login(two.email);
    const { nextCursor: cursor } = await activityOf(two.tokens, { limit: 1 });
    expect(cursor).toBeTypeOf("string");
    const { entries } = await activityOf(one.tokens, { cursor });
    expect(entries.map(({ userId }) => userId)).toEqual([one.id]);
  });
});
