import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { holdTransaction } from "../../test/held-transaction.ts";
import { untilLockWaits } from "../../test/lock-waits.ts";
import { claimsOf, reasonOf, startWorld, testPassword } from "../../test/start-auth.ts";
import type { Answer, BodyTokenSet, TestNode, TestWorld } from "../../test/start-auth.ts";
import type { AuditPage, UserPage, UserSummary } from "../contract.ts";

let world: TestWorld;
let node: TestNode;
let admin: BodyTokenSet;

beforeAll(async () => {
  world = await startWorld({
    auth: {
      roles: {
        permissions: ["posts:moderate"],
        custom: {
          moderator: ["posts:moderate", "users:read", "users:ban"],
          personnel: ["users:read", "users:set_role", "users:logout"],
        },
      },
    },
  });
  [node] = world.nodes;
  admin = await node.signUpAs("admin", "admin@example.test");
});
afterAll(() => world[Symbol.asyncDispose]());

const ask = (path: string, input: unknown, by: BodyTokenSet = admin): Promise<Answer> => {
  const encoded = encodeURIComponent(JSON.stringify(input));
  return node.query(`auth.admin.${path}?input=${encoded}`, { token: by.accessToken });
};
const act = (path: string, input: unknown, by: BodyTokenSet = admin): Promise<Answer> =>
  node.mutate(`auth.admin.${path}`, input, { token: by.accessToken });

const byId = async (userId: string): Promise<UserSummary> =>
  (await ask("users.byId", { userId })).data as UserSummary;
const auditOf = async (userId: string): Promise<AuditPage["entries"]> =>
  ((await ask("auditLog", { userId })).data as AuditPage).entries;

const hourMs = 3_600_000;
const isoIn = (ms: number): string => new Date(world.clock.nowMs + ms).toISOString();
const unknownId = "00000000-0000-4000-8000-000000000000";

describe("a ban", () => {
  test("V7.4.2 ends access, refresh and sessions, and refuses the next login as a wrong password", async () => {
    const user = await node.signUp("banned@example.test");
    const second = await node.login("banned@example.test");
    const answer = await act("users.ban", { userId: user.user.id, reason: "  Spam  " });
    expect(answer.data).toMatchObject({
      id: user.user.id,
      ban: { bannedAt: isoIn(0), reason: "Spam", expiresAt: null },
    });
    for (const tokens of [user, second]) {
      expect(reasonOf(await node.me(tokens.accessToken))).toBe("token_revoked");
      expect(reasonOf(await node.refresh(tokens.refreshToken))).toBe("refresh_token_invalid");
    }
    const login = await node.mutate("auth.login", {
      email: "banned@example.test",
      password: testPassword,
    });
    expect(reasonOf(login)).toBe("invalid_credentials");
  });

  test("V7.4.2 an unban lets the user sign in; the tokens of before stay dead", async () => {
    const user = await node.signUp("unbanned@example.test");
    await act("users.ban", { userId: user.user.id, reason: "Spam" });
    const answer = await act("users.unban", { userId: user.user.id });
    expect(answer.data).toMatchObject({ id: user.user.id, ban: null });
    expect(reasonOf(await node.me(user.accessToken))).toBe("token_revoked");
    expect(reasonOf(await node.refresh(user.refreshToken))).toBe("refresh_token_invalid");
    const again = await node.login("unbanned@example.test");
    expect((await node.me(again.accessToken)).status).toBe(200);
  });

  test("V7.4.2 holds until its very end, and the tokens of before stay dead after it", async () => {
    await using own = await startWorld();
    const [there] = own.nodes;
    const boss = await there.signUpAs("admin", "admin@example.test");
    const user = await there.signUp("for-an-hour@example.test");
    const expiresAtMs = own.clock.nowMs + hourMs;
    const input = {
      userId: user.user.id,
      reason: "Spam",
      expiresAt: new Date(expiresAtMs).toISOString(),
    };
    const banned = await there.mutate("auth.admin.users.ban", input, { token: boss.accessToken });
    expect(banned.data).toMatchObject({ ban: { expiresAt: input.expiresAt } });

    const credentials = { email: "for-an-hour@example.test", password: testPassword };
    own.clock.nowMs = expiresAtMs - 1;
    expect(reasonOf(await there.mutate("auth.login", credentials))).toBe("invalid_credentials");
    own.clock.nowMs = expiresAtMs;
    const again = await there.login("for-an-hour@example.test");
    expect((await there.me(again.accessToken)).status).toBe(200);
    expect(reasonOf(await there.refresh(user.refreshToken))).toBe("refresh_token_invalid");
    const asked = encodeURIComponent(JSON.stringify({ userId: user.user.id }));
    const { accessToken } = await there.login("admin@example.test");
    const summary = await there.query(`auth.admin.users.byId?input=${asked}`, {
      token: accessToken,
    });
    expect(summary.data).toMatchObject({ ban: null });
  });

  test.each([
    ["in the past", () => isoIn(-1)],
    ["now", () => isoIn(0)],
    ["ten years and a bit ahead", () => isoIn(3650 * 24 * hourMs + 1)],
    ["in a time zone", () => "2030-01-01T00:00:00+02:00"],
    ["no date", () => "2030-02-31T00:00:00Z"],
    ["the year 10000", () => "+010000-01-01T00:00:00.000Z"],
    ["a number", () => 2_000_000_000_000],
    ["very exact", () => `2030-01-01T00:00:00.${"1".repeat(50)}Z`],
  ])("V2.2.1 that ends %s is refused", async (_, expiresAt) => {
    const input = { userId: admin.user.id, reason: "Spam", expiresAt: expiresAt() };
    expect(reasonOf(await act("users.ban", input))).toBe("input_invalid");
  });

  test.each([
    ["empty", ""],
    ["blank", "   "],
    ["too long", "r".repeat(501)],
    ["a NUL", "\0"],
    ["half a character", "\ud800"],
    ["absent", undefined],
  ])("V2.2.1 whose reason is %s is refused", async (_, reason) => {
    const input = { userId: admin.user.id, reason };
    expect(reasonOf(await act("users.ban", input))).toBe("input_invalid");
  });
});

describe("roles", () => {
  test("V8.3.2 a role holds from the next call on, with the token of before, and so does its loss", async () => {
    const user = await node.signUp("promoted@example.test");
    const userId = user.user.id;
    expect(reasonOf(await ask("users.list", {}, user))).toBe("permission_denied");
    const given = await act("users.setRole", { userId, role: "moderator" });
    expect(given.data).toMatchObject({ id: userId, role: "moderator" });
    expect((await ask("users.list", {}, user)).status).toBe(200);
    await act("users.setRole", { userId, role: "user" });
    expect(reasonOf(await ask("users.list", {}, user))).toBe("permission_denied");
    expect((await node.me(user.accessToken)).data).toMatchObject({ role: "user" });
  });

  test("V8.2.1 a role that is not in the table can not be given, and permits nothing where it stands", async () => {
    const user = await node.signUp("odd-role@example.test");
    for (const role of ["root", "Admin", "", "__proto__", "constructor", "admin\0"]) {
      const answer = await act("users.setRole", { userId: user.user.id, role });
      expect([role, reasonOf(answer)]).toEqual([role, "input_invalid"]);
    }
    await node.changeUser(user.user.id, { role: "superuser" });
    expect(reasonOf(await ask("users.list", {}, user))).toBe("permission_denied");
  });

  test("V8.2.1 nobody acts on a user who may do more than they, nor gives more than they have", async () => {
    const moderator = await node.signUpAs("moderator", "moderator@example.test");
    const personnel = await node.signUpAs("personnel", "personnel@example.test");
    const user = await node.signUp("below@example.test");
    const before = await byId(admin.user.id);
    const refused: [string, object, BodyTokenSet][] = [
      ["users.ban", { userId: admin.user.id, reason: "Coup" }, moderator],
      ["users.unban", { userId: admin.user.id }, moderator],
      ["users.ban", { userId: personnel.user.id, reason: "Coup" }, moderator],
      ["users.logout", { userId: admin.user.id }, personnel],
      ["users.setRole", { userId: admin.user.id, role: "user" }, personnel],
      ["users.setRole", { userId: moderator.user.id, role: "user" }, personnel],
      ["users.setRole", { userId: user.user.id, role: "admin" }, personnel],
      ["users.setRole", { userId: user.user.id, role: "moderator" }, personnel],
      ["users.setRole", { userId: personnel.user.id, role: "admin" }, personnel],
      ["users.setRole", { userId: admin.user.id, role: "user" }, admin],
      ["users.ban", { userId: admin.user.id, reason: "Burnt out" }, admin],
    ];
    for (const [path, input, by] of refused) {
      expect([path, input, reasonOf(await act(path, input, by))]).toEqual([
        path,
        input,
        "permission_denied",
      ]);
    }
    expect(await byId(admin.user.id)).toEqual(before);
    expect((await byId(user.user.id)).role).toBe("user");
    for (const tokens of [admin, moderator, personnel]) {
      expect((await node.me(tokens.accessToken)).status).toBe(200);
    }
    const given = await act(
      "users.setRole",
      { userId: user.user.id, role: "personnel" },
      personnel,
    );
    expect(given.data).toMatchObject({ role: "personnel" });
  });

  test("V8.3.2 of two admins who take each other's role at once, one stays an admin", async () => {
    for (let round = 0; round < 10; round += 1) {
      const pair = [
        await node.signUpAs("admin", `left${round}@example.test`),
        await node.signUpAs("admin", `right${round}@example.test`),
      ];
      const [left, right] = pair as [BodyTokenSet, BodyTokenSet];
      const answers = await Promise.all([
        act("users.setRole", { userId: right.user.id, role: "user" }, left),
        act("users.setRole", { userId: left.user.id, role: "user" }, right),
      ]);
      expect(answers.map((answer) => reasonOf(answer) ?? "done").toSorted()).toEqual([
        "done",
        "permission_denied",
      ]);
      const roles = await Promise.all(pair.map(async ({ user }) => (await byId(user.id)).role));
      expect(roles.toSorted()).toEqual(["admin", "user"]);
    }
    // Postgres would have ended one of them, after a second, and the cache have tried it again.
    const { rows } = await sql`
      select deadlocks::int from pg_stat_database where datname = current_database()`.execute(
      node.database,
    );
    expect(rows).toEqual([{ deadlocks: 0 }]);
  });

  test("V8.3.2 who loses the role between the check of a call and its write changes nothing", async () => {
    const demoted = await node.signUpAs("admin", "demoted@example.test");
    const user = await node.signUp("spared@example.test");
    const held = Promise.withResolvers<void>();
    const isHeld = Promise.withResolvers<void>();
    // Whoever takes the role away has its row first; the ban, its check passed, waits for that.
    const demotion = node.cache.write(
      [{ table: "auth_user", id: demoted.user.id }],
      async (transaction) => {
        await transaction
          .updateTable("portcullis.user")
          .set({ role: "user" })
          .where("id", "=", demoted.user.id)
          .execute();
        isHeld.resolve();
        await held.promise;
      },
    );
    await isHeld.promise;
    const calls = {
      ban: act("users.ban", { userId: user.user.id, reason: "Spite" }, demoted),
      setRole: act("users.setRole", { userId: user.user.id, role: "admin" }, demoted),
      logout: act("users.logout", { userId: user.user.id }, demoted),
      revokeAll: act("revokeAllTokens", undefined, demoted),
    };
    await untilLockWaits(node, 4);
    held.resolve();
    await demotion;
    for (const [name, call] of Object.entries(calls)) {
      expect([name, reasonOf(await call)]).toEqual([name, "permission_denied"]);
    }
    expect((await node.me(user.accessToken)).status).toBe(200);
  });
});

describe("forced logouts", () => {
  test("V7.4.5 an admin ends every session of one user, and of nobody else", async () => {
    const first = await node.signUp("logged-out@example.test");
    const second = await node.login("logged-out@example.test");
    const other = await node.signUp("left-alone@example.test");
    const answer = await act("users.logout", { userId: first.user.id });
    expect(answer.data).toEqual({ tokenVersion: 2 });
    for (const tokens of [first, second]) {
      expect(reasonOf(await node.me(tokens.accessToken))).toBe("token_revoked");
      expect(reasonOf(await node.refresh(tokens.refreshToken))).toBe("refresh_token_invalid");
    }
    expect((await node.me(other.accessToken)).status).toBe(200);
    expect((await node.refresh(other.refreshToken)).status).toBe(200);
  });

  test("V7.4.5 an admin ends every session there is, their own included", async () => {
    await using own = await startWorld();
    const [there] = own.nodes;
    const boss = await there.signUpAs("admin", "admin@example.test");
    const user = await there.signUp("user@example.test");
    const answer = await there.mutate("auth.admin.revokeAllTokens", undefined, {
      token: boss.accessToken,
    });
    expect(answer.data).toEqual({ tokenEpoch: 2 });
    expect(answer.headers.getSetCookie().join()).toContain("Max-Age=0");
    for (const tokens of [boss, user]) {
      expect(reasonOf(await there.me(tokens.accessToken))).toBe("token_revoked");
      expect(reasonOf(await there.refresh(tokens.refreshToken))).toBe("refresh_token_invalid");
    }
    const again = await there.login("user@example.test");
    expect((await there.me(again.accessToken)).status).toBe(200);
  });

  test("V7.4.5 of two admins who end every session at once one does, and neither holds the other up", async () => {
    await using own = await startWorld();
    const [there] = own.nodes;
    const admins = [
      await there.signUpAs("admin", "left@example.test"),
      await there.signUpAs("admin", "right@example.test"),
    ];
    await using users = await holdTransaction(
      (work) => there.database.transaction().execute(work),
      (transaction) => transaction.selectFrom("portcullis.user").select("id").forUpdate().execute(),
    );
    const calls = admins.map(({ accessToken: token }) =>
      there.mutate("auth.admin.revokeAllTokens", undefined, { token }),
    );
    // Each takes the realm before its user: if both shared it first, neither could change it.
    const holdsOfRealm = async (): Promise<boolean[]> => {
      const { rows } = await sql<{ granted: boolean }>`
        select granted from pg_locks
        where relation = 'portcullis.realm'::regclass and mode = 'ExclusiveLock'
        order by granted`.execute(there.database);
      return rows.map(({ granted }) => granted);
    };
    await expect.poll(holdsOfRealm).toEqual([false, true]);
    await users.commit();
    const answers = await Promise.all(calls);
    expect(answers.map((answer) => reasonOf(answer) ?? "done").toSorted()).toEqual([
      "done",
      "token_revoked",
    ]);
  });

  test("V7.4.5 operators who end every session at once get a number each", async () => {
    await using own = await startWorld();
    const [there] = own.nodes;
    const raised = await Promise.all(
      Array.from({ length: 4 }, () => there.auth.console.revokeAllTokens()),
    );
    const numbers = raised.map(({ tokenEpoch }) => tokenEpoch);
    expect(new Set(numbers)).toEqual(new Set([2, 3, 4, 5]));
  });

  test("V8.2.2 a user who is not there is not found", async () => {
    const inputs = {
      "users.ban": { userId: unknownId, reason: "Spam" },
      "users.unban": { userId: unknownId },
      "users.logout": { userId: unknownId },
      "users.setRole": { userId: unknownId, role: "user" },
    };
    for (const [path, input] of Object.entries(inputs)) {
      expect([path, reasonOf(await act(path, input))]).toEqual([path, "user_not_found"]);
    }
    expect(reasonOf(await ask("users.byId", { userId: unknownId }))).toBe("user_not_found");
  });
});

describe("the audit log", () => {
  test("tells of every change who made it, to whom, from where and how", async () => {
    const { id: userId } = (await node.signUp("audited@example.test")).user;
    const expiresAt = isoIn(hourMs);
    await act("users.ban", { userId, reason: "Spam", expiresAt });
    await act("users.unban", { userId });
    await act("users.logout", { userId });
    await act("users.setRole", { userId, role: "moderator" });
    const entries = (await auditOf(userId)).filter((entry) => entry.actorId === admin.user.id);
    expect(entries.map(({ kind, details }) => [kind, details])).toEqual([
      ["role_changed", { from: "user", to: "moderator" }],
      ["user_logged_out", { tokenVersion: 3 }],
      ["user_unbanned", {}],
      ["user_banned", { reason: "Spam", expiresAt }],
    ]);
    for (const entry of entries) {
      expect(entry).toMatchObject({
        at: isoIn(0),
        outcome: "success",
        userId,
        sessionId: claimsOf(admin.accessToken).sid,
        address: "192.0.2.1",
      });
      // What is logged is reported too.
      const reported = node.events.filter((event) => event.kind === entry.kind);
      expect(reported.map((event) => "requestId" in event && event.requestId)).toContain(
        entry.requestId,
      );
    }
  });

  test("V8.2.1 tells of what was denied, whoever it was to be done to", async () => {
    const moderator = await node.signUpAs("moderator", "climber@example.test");
    await act("users.setRole", { userId: admin.user.id, role: "user" }, moderator);
    await act("users.ban", { userId: admin.user.id, reason: "Coup" }, moderator);
    // Refusals are written a little later.
    const denied = async () => {
      const entries = await auditOf(moderator.user.id);
      return entries
        .filter((entry) => entry.kind === "permission_denied")
        .map(({ outcome, userId, details }) => ({ outcome, userId, details }));
    };
    await expect.poll(denied).toEqual([
      { outcome: "refused", userId: admin.user.id, details: { permission: "users:ban" } },
      { outcome: "refused", userId: moderator.user.id, details: { permission: "users:set_role" } },
    ]);
  });

  test("comes in pages that fit together, newest first, of all or of one user", async () => {
    const user = await node.signUp("pages@example.test");
    const other = await node.signUp("other-pages@example.test");
    for (let index = 0; index < 7; index += 1) {
      await act("users.logout", { userId: (index % 2 === 0 ? user : other).user.id });
    }
    for (const userId of [undefined, user.user.id]) {
      const all = (await ask("auditLog", { userId, limit: 100 })).data as AuditPage;
      const ids = all.entries.map((entry) => Number(entry.id));
      expect(ids).toEqual(ids.toSorted((a, b) => b - a));
      const walked: AuditPage["entries"][number][] = [];
      let cursor: string | undefined;
      do {
        const page = (await ask("auditLog", { userId, cursor, limit: 3 })).data as AuditPage;
        expect(page.entries.length).toBeLessThanOrEqual(3);
        walked.push(...page.entries);
        cursor = page.nextCursor;
      } while (cursor !== undefined && walked.length < all.entries.length);
      expect(walked.slice(0, all.entries.length)).toEqual(all.entries);
    }
    const own = await auditOf(user.user.id);
    const mine = [user.user.id];
    expect(own.every((entry) => mine.includes(entry.userId ?? entry.actorId ?? ""))).toBe(true);
  });
});

describe("the list of users", () => {
  const emailsOf = (page: UserPage): string[] => page.users.map((user) => user.email);

  test("comes in pages that fit together, newest first, also of users made at one moment", async () => {
    await using own = await startWorld();
    const [there] = own.nodes;
    const boss = await there.signUpAs("admin", "admin@example.test");
    const created: [string, string][] = [
      ["b", "2026-01-01T00:00:00.000001Z"],
      ["c", "2026-01-01T00:00:00.000002Z"],
      ["a", "2026-01-01T00:00:00.000999Z"],
      ["f", "2026-01-01T00:00:00.001Z"],
      ["d", "2026-01-01T00:00:00.001Z"],
      ["e", "2026-01-01T00:00:00.001Z"],
      ["9", "2026-06-01T00:00:00.123456Z"],
    ];
    for (const [name, at] of created) {
      // With microseconds, as an import by SQL may leave them.
      await sql`
        insert into portcullis.user (id, email, name, password_hash, created_at)
        values (${`00000000-0000-4000-8000-00000000000${name}`}, ${`${name}@example.test`}, ${name},
          '', ${at})`.execute(there.database);
    }
    const list = async (input: object): Promise<UserPage> => {
      const encoded = encodeURIComponent(JSON.stringify(input));
      const answer = await there.query(`auth.admin.users.list?input=${encoded}`, {
        token: boss.accessToken,
      });
      return answer.data as UserPage;
    };
    for (const limit of [1, 2, 3, 7, 8, 100]) {
      const walked: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await list({ limit, cursor });
        walked.push(...page.users.map((user) => user.name));
        cursor = page.nextCursor;
      } while (cursor !== undefined && walked.length < 20);
      expect([limit, walked]).toEqual([limit, ["Ada", "9", "f", "e", "d", "a", "c", "b"]]);
    }
  });

  test("finds users by part of the email or the name, in any case", async () => {
    await node.signUp("grace.hopper@navy.test");
    const { accessToken } = await node.signUp("other.name@navy.test");
    await node.mutate("auth.account.rename", { name: "Jose\u0301 MÜLLER" }, { token: accessToken });
    const find = async (search: string): Promise<string[]> =>
      emailsOf((await ask("users.list", { search })).data as UserPage)
        .filter((email) => email.endsWith("@navy.test"))
        .toSorted();
    expect(await find("GRACE")).toEqual(["grace.hopper@navy.test"]);
    expect(await find("mÜller")).toEqual(["other.name@navy.test"]);
    // Stored as one letter, sought as two.
    expect(await find("jose\u0301 m")).toEqual(["other.name@navy.test"]);
    expect(await find("@navy.test")).toEqual(["grace.hopper@navy.test", "other.name@navy.test"]);
    expect(await find("nobody")).toEqual([]);
  });
});
